-- Training events, their participants and invitations.

CREATE TABLE "TrainingEvent" (
    "id" TEXT COLLATE "C" NOT NULL,
    "state" TEXT COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "name" TEXT NOT NULL,
    "startsAt" TIMESTAMP(3) NOT NULL,
    "endsAt" TIMESTAMP(3) NOT NULL,
    "quota" INTEGER NOT NULL,
    "hubs" TEXT NOT NULL DEFAULT '[]',
    "organiserId" TEXT COLLATE "C",
    "organiser" TEXT NOT NULL,
    "digest" TEXT,
    "reason" TEXT,
    "decidedBy" TEXT,
    "decidedAt" TIMESTAMP(3),
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "TrainingEvent_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "Participant" (
    "id" TEXT COLLATE "C" NOT NULL,
    "eventId" TEXT COLLATE "C" NOT NULL,
    "number" INTEGER NOT NULL,
    "commonName" TEXT COLLATE "C" NOT NULL,
    "name" TEXT,
    "email" TEXT,
    "linkHash" TEXT COLLATE "C",
    "linkMadeAt" TIMESTAMP(3),
    "mailedAt" TIMESTAMP(3),
    "openedAt" TIMESTAMP(3),
    "trustedAt" TIMESTAMP(3),
    "usedAt" TIMESTAMP(3),
    "requestId" TEXT COLLATE "C",
    CONSTRAINT "Participant_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "Participant_eventId_fkey" FOREIGN KEY ("eventId") REFERENCES "TrainingEvent" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

CREATE TABLE "EventApproval" (
    "id" TEXT COLLATE "C" NOT NULL,
    "eventId" TEXT COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL,
    "approverId" TEXT COLLATE "C" NOT NULL,
    "approver" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "evidence" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "EventApproval_pkey" PRIMARY KEY ("id"),
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

ALTER TABLE "Request" ADD COLUMN "participantId" TEXT COLLATE "C";
ALTER TABLE "Request" ADD COLUMN "endsAt" TIMESTAMP(3);
CREATE INDEX "Request_participantId_idx" ON "Request"("participantId");
