-- The availability of hubs over the last 90 days, their outages, and what was known of each last.

CREATE TABLE "HubDay" (
    "hub" TEXT COLLATE "C" NOT NULL,
    "day" TEXT COLLATE "C" NOT NULL,
    "upSeconds" INTEGER NOT NULL DEFAULT 0,
    "startingSeconds" INTEGER NOT NULL DEFAULT 0,
    "degradedSeconds" INTEGER NOT NULL DEFAULT 0,
    "downSeconds" INTEGER NOT NULL DEFAULT 0,
    "staleSeconds" INTEGER NOT NULL DEFAULT 0,
    "unknownSeconds" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "HubDay_pkey" PRIMARY KEY ("hub", "day")
);
CREATE INDEX "HubDay_day_idx" ON "HubDay"("day");

CREATE TABLE "HubOutage" (
    "id" TEXT COLLATE "C" NOT NULL,
    "hub" TEXT COLLATE "C" NOT NULL,
    "from" TIMESTAMP(3) NOT NULL,
    "to" TIMESTAMP(3),
    "state" TEXT COLLATE "C" NOT NULL,
    "why" TEXT COLLATE "C" NOT NULL,
    CONSTRAINT "HubOutage_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "HubOutage_from_idx" ON "HubOutage"("from");
CREATE INDEX "HubOutage_to_idx" ON "HubOutage"("to");
CREATE INDEX "HubOutage_hub_from_idx" ON "HubOutage"("hub", "from");

CREATE TABLE "HubLast" (
    "hub" TEXT COLLATE "C" NOT NULL,
    "state" TEXT COLLATE "C" NOT NULL,
    "since" TIMESTAMP(3) NOT NULL,
    "why" TEXT COLLATE "C" NOT NULL,
    "version" TEXT,
    CONSTRAINT "HubLast_pkey" PRIMARY KEY ("hub")
);
