-- Announcements of maintenance, with dates.

CREATE TABLE "HubNotice" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "title" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "hubs" TEXT NOT NULL,
    "startsAt" DATETIME NOT NULL,
    "endsAt" DATETIME,
    "announcedBy" TEXT NOT NULL,
    "announcedAt" DATETIME NOT NULL,
    "withdrawnAt" DATETIME
);

CREATE INDEX "HubNotice_startsAt_idx" ON "HubNotice"("startsAt");
