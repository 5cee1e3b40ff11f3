-- Who may enter a hub besides the people by name, such as everybody of an organizational unit.

CREATE TABLE "HubRule" (
    "hub" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "value" TEXT COLLATE "C" NOT NULL,
    "addedBy" TEXT NOT NULL,
    "addedAt" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "HubRule_pkey" PRIMARY KEY ("hub", "kind", "value"),
    CONSTRAINT "HubRule_hub_fkey" FOREIGN KEY ("hub") REFERENCES "HubPolicy" ("name") ON DELETE CASCADE ON UPDATE CASCADE
);
