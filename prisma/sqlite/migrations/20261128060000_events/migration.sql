-- Training events, their participants and invitations.

CREATE TABLE "TrainingEvent" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "state" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "name" TEXT NOT NULL,
    "startsAt" DATETIME NOT NULL,
    "endsAt" DATETIME NOT NULL,
    "quota" INTEGER NOT NULL,
    "hubs" TEXT NOT NULL DEFAULT '[]',
    "organiserId" TEXT,
    "organiser" TEXT NOT NULL,
    "digest" TEXT,
    "reason" TEXT,
    "decidedBy" TEXT,
    "decidedAt" DATETIME,
    "createdBy" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL
);

CREATE TABLE "Participant" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "eventId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "commonName" TEXT NOT NULL,
    "name" TEXT,
    "email" TEXT,
    "linkHash" TEXT,
    "linkMadeAt" DATETIME,
    "mailedAt" DATETIME,
    "openedAt" DATETIME,
    "trustedAt" DATETIME,
    "usedAt" DATETIME,
    "requestId" TEXT,
    CONSTRAINT "Participant_eventId_fkey" FOREIGN KEY ("eventId") REFERENCES "TrainingEvent" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

CREATE TABLE "EventApproval" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "eventId" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "approverId" TEXT NOT NULL,
    "approver" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "evidence" TEXT,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    CONSTRAINT "EventApproval_eventId_fkey" FOREIGN KEY ("eventId") REFERENCES "TrainingEvent" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

CREATE INDEX "TrainingEvent_createdAt_id_idx" ON "TrainingEvent"("createdAt", "id");
CREATE INDEX "TrainingEvent_organiserId_idx" ON "TrainingEvent"("organiserId");
CREATE INDEX "TrainingEvent_state_endsAt_idx" ON "TrainingEvent"("state", "endsAt");
CREATE UNIQUE INDEX "Participant_linkHash_key" ON "Participant"("linkHash");
CREATE UNIQUE INDEX "Participant_eventId_commonName_key" ON "Participant"("eventId", "commonName");
CREATE INDEX "Participant_commonName_idx" ON "Participant"("commonName");
CREATE INDEX "Participant_requestId_idx" ON "Participant"("requestId");
CREATE UNIQUE INDEX "EventApproval_eventId_version_approverId_key" ON "EventApproval"("eventId", "version", "approverId");

ALTER TABLE "Request" ADD COLUMN "participantId" TEXT;
ALTER TABLE "Request" ADD COLUMN "endsAt" DATETIME;
CREATE INDEX "Request_participantId_idx" ON "Request"("participantId");
