-- Announcements of maintenance, with dates.

CREATE TABLE "HubNotice" (
    "id" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "hubs" TEXT NOT NULL,
    "startsAt" TIMESTAMP(3) NOT NULL,
    "endsAt" TIMESTAMP(3),
    "announcedBy" TEXT NOT NULL,
    "announcedAt" TIMESTAMP(3) NOT NULL,
    "withdrawnAt" TIMESTAMP(3),

    CONSTRAINT "HubNotice_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "HubNotice_startsAt_idx" ON "HubNotice"("startsAt");
