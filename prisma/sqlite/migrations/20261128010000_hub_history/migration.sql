-- The availability of hubs over the last 90 days, their outages, and what was known of each last.

CREATE TABLE "HubDay" (
    "hub" TEXT NOT NULL,
    "day" TEXT NOT NULL,
    "upSeconds" INTEGER NOT NULL DEFAULT 0,
    "startingSeconds" INTEGER NOT NULL DEFAULT 0,
    "degradedSeconds" INTEGER NOT NULL DEFAULT 0,
    "downSeconds" INTEGER NOT NULL DEFAULT 0,
    "staleSeconds" INTEGER NOT NULL DEFAULT 0,
    "unknownSeconds" INTEGER NOT NULL DEFAULT 0,

    PRIMARY KEY ("hub", "day")
);
CREATE INDEX "HubDay_day_idx" ON "HubDay"("day");

CREATE TABLE "HubOutage" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "hub" TEXT NOT NULL,
    "from" DATETIME NOT NULL,
    "to" DATETIME,
    "state" TEXT NOT NULL,
    "why" TEXT NOT NULL
);
CREATE INDEX "HubOutage_from_idx" ON "HubOutage"("from");
CREATE INDEX "HubOutage_to_idx" ON "HubOutage"("to");
CREATE INDEX "HubOutage_hub_from_idx" ON "HubOutage"("hub", "from");

CREATE TABLE "HubLast" (
    "hub" TEXT NOT NULL PRIMARY KEY,
    "state" TEXT NOT NULL,
    "since" DATETIME NOT NULL,
    "why" TEXT NOT NULL,
    "version" TEXT
);
