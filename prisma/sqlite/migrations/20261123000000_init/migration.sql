-- The first tables. Names and types as Prisma would write them; the test beside the runner compares.

CREATE TABLE "Request" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "state" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "profile" TEXT NOT NULL,
    "commonName" TEXT NOT NULL,
    "email" TEXT,
    "emailState" TEXT NOT NULL DEFAULT 'none',
    "name" TEXT,
    "note" TEXT,
    "dnsNames" TEXT NOT NULL DEFAULT '[]',
    "ipAddresses" TEXT NOT NULL DEFAULT '[]',
    "csrDer" BLOB NOT NULL,
    "csrSha256" TEXT NOT NULL,
    "spkiSha256" TEXT NOT NULL,
    "keyLabel" TEXT NOT NULL,
    "checks" TEXT NOT NULL,
    "finding" TEXT NOT NULL DEFAULT 'clean',
    "trust" TEXT NOT NULL DEFAULT 'none',
    "source" TEXT NOT NULL DEFAULT 'web',
    "pickupHash" TEXT NOT NULL,
    "addressKey" TEXT NOT NULL,
    "requesterId" TEXT,
    "locale" TEXT NOT NULL DEFAULT 'en',
    "question" TEXT,
    "reason" TEXT,
    "failureCode" TEXT,
    "decidedBy" TEXT,
    "decidedAt" DATETIME,
    "signAfter" DATETIME,
    "claimedBy" TEXT,
    "claimedAt" DATETIME,
    "expiresAt" DATETIME NOT NULL,
    "serial" TEXT,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL
);

CREATE TABLE "RequestCount" (
    "state" TEXT NOT NULL,
    "finding" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    CONSTRAINT "RequestCount_pkey" PRIMARY KEY ("state", "finding")
);

CREATE TABLE "Approval" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "requestId" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "approverId" TEXT NOT NULL,
    "approver" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "method" TEXT NOT NULL DEFAULT 'session',
    "evidence" TEXT,
    "comment" TEXT,
    "vouchEmail" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    CONSTRAINT "Approval_requestId_fkey" FOREIGN KEY ("requestId") REFERENCES "Request" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

CREATE TABLE "Certificate" (
    "serial" TEXT NOT NULL PRIMARY KEY,
    "requestId" TEXT,
    "state" TEXT NOT NULL,
    "profile" TEXT NOT NULL,
    "commonName" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "email" TEXT,
    "spkiSha256" TEXT NOT NULL,
    "fingerprintSha256" TEXT NOT NULL,
    "keyLabel" TEXT NOT NULL,
    "der" BLOB NOT NULL,
    "notBefore" DATETIME NOT NULL,
    "notAfter" DATETIME NOT NULL,
    "revokedAt" DATETIME,
    "revocationReason" TEXT,
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "Certificate_requestId_fkey" FOREIGN KEY ("requestId") REFERENCES "Request" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

CREATE TABLE "User" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "login" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "email" TEXT,
    "passwordHash" TEXT,
    "roles" TEXT NOT NULL,
    "disabledAt" DATETIME,
    "sessionVersion" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "lastSignInAt" DATETIME
);

CREATE TABLE "OneTimeSecret" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "secretHash" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    "usedAt" DATETIME
);

CREATE TABLE "ApiToken" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "secretHash" TEXT NOT NULL,
    "roles" TEXT NOT NULL,
    "createdBy" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME,
    "lastUsedAt" DATETIME,
    "revokedAt" DATETIME
);

CREATE TABLE "AuditEvent" (
    "seq" INTEGER NOT NULL PRIMARY KEY,
    "at" DATETIME NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "data" TEXT NOT NULL,
    "requestId" TEXT NOT NULL,
    "prevHash" TEXT NOT NULL,
    "hash" TEXT NOT NULL
);

CREATE TABLE "AuditHead" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "seq" INTEGER NOT NULL,
    "hash" TEXT NOT NULL
);

CREATE TABLE "OutboxMail" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "recipient" TEXT NOT NULL,
    "template" TEXT NOT NULL,
    "locale" TEXT NOT NULL,
    "vars" TEXT NOT NULL,
    "dedupeKey" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" DATETIME NOT NULL,
    "sentAt" DATETIME,
    "failedAt" DATETIME,
    "lastError" TEXT,
    "createdAt" DATETIME NOT NULL
);

CREATE TABLE "UsedTrustProof" (
    "nonce" TEXT NOT NULL PRIMARY KEY,
    "expiresAt" DATETIME NOT NULL
);

CREATE TABLE "HubPolicy" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "access" TEXT NOT NULL
);

CREATE TABLE "HubMember" (
    "hub" TEXT NOT NULL,
    "commonName" TEXT NOT NULL,
    "addedBy" TEXT NOT NULL,
    "addedAt" DATETIME NOT NULL,
    CONSTRAINT "HubMember_pkey" PRIMARY KEY ("hub", "commonName"),
    CONSTRAINT "HubMember_hub_fkey" FOREIGN KEY ("hub") REFERENCES "HubPolicy" ("name") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE "Setting" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "value" TEXT NOT NULL
);

CREATE UNIQUE INDEX "Request_serial_key" ON "Request"("serial");
CREATE INDEX "Request_state_createdAt_id_idx" ON "Request"("state", "createdAt", "id");
CREATE INDEX "Request_state_finding_createdAt_id_idx" ON "Request"("state", "finding", "createdAt", "id");
CREATE INDEX "Request_createdAt_id_idx" ON "Request"("createdAt", "id");
CREATE INDEX "Request_state_commonName_id_idx" ON "Request"("state", "commonName", "id");
CREATE INDEX "Request_commonName_id_idx" ON "Request"("commonName", "id");
CREATE INDEX "Request_email_idx" ON "Request"("email");
CREATE INDEX "Request_spkiSha256_idx" ON "Request"("spkiSha256");
CREATE INDEX "Request_addressKey_state_idx" ON "Request"("addressKey", "state");
CREATE INDEX "Request_requesterId_idx" ON "Request"("requesterId");
CREATE INDEX "Request_state_signAfter_idx" ON "Request"("state", "signAfter");
CREATE INDEX "Request_state_expiresAt_idx" ON "Request"("state", "expiresAt");
CREATE UNIQUE INDEX "Approval_requestId_version_approverId_key" ON "Approval"("requestId", "version", "approverId");
CREATE UNIQUE INDEX "Certificate_requestId_key" ON "Certificate"("requestId");
CREATE INDEX "Certificate_createdAt_serial_idx" ON "Certificate"("createdAt", "serial");
CREATE INDEX "Certificate_commonName_idx" ON "Certificate"("commonName");
CREATE INDEX "Certificate_email_idx" ON "Certificate"("email");
CREATE INDEX "Certificate_spkiSha256_idx" ON "Certificate"("spkiSha256");
CREATE INDEX "Certificate_fingerprintSha256_idx" ON "Certificate"("fingerprintSha256");
CREATE INDEX "Certificate_state_notAfter_serial_idx" ON "Certificate"("state", "notAfter", "serial");
CREATE UNIQUE INDEX "User_login_key" ON "User"("login");
CREATE UNIQUE INDEX "OneTimeSecret_secretHash_key" ON "OneTimeSecret"("secretHash");
CREATE INDEX "OneTimeSecret_kind_expiresAt_idx" ON "OneTimeSecret"("kind", "expiresAt");
CREATE UNIQUE INDEX "ApiToken_name_key" ON "ApiToken"("name");
CREATE UNIQUE INDEX "ApiToken_secretHash_key" ON "ApiToken"("secretHash");
CREATE UNIQUE INDEX "AuditEvent_hash_key" ON "AuditEvent"("hash");
CREATE INDEX "AuditEvent_target_seq_idx" ON "AuditEvent"("target", "seq");
CREATE INDEX "AuditEvent_action_seq_idx" ON "AuditEvent"("action", "seq");
CREATE UNIQUE INDEX "OutboxMail_dedupeKey_key" ON "OutboxMail"("dedupeKey");
CREATE INDEX "OutboxMail_sentAt_failedAt_nextAttemptAt_idx" ON "OutboxMail"("sentAt", "failedAt", "nextAttemptAt");
CREATE INDEX "UsedTrustProof_expiresAt_idx" ON "UsedTrustProof"("expiresAt");

-- The first link of the audit chain hangs on this row.
INSERT INTO "AuditHead" ("id", "seq", "hash") VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

-- RequestCount follows every change of Request, whoever makes it.
CREATE TRIGGER "Request_count_insert" AFTER INSERT ON "Request" BEGIN
    INSERT INTO "RequestCount" ("state", "finding", "count") VALUES (NEW."state", NEW."finding", 1)
        ON CONFLICT ("state", "finding") DO UPDATE SET "count" = "count" + 1;
END;
CREATE TRIGGER "Request_count_update" AFTER UPDATE OF "state", "finding" ON "Request"
    WHEN OLD."state" <> NEW."state" OR OLD."finding" <> NEW."finding" BEGIN
    UPDATE "RequestCount" SET "count" = "count" - 1 WHERE "state" = OLD."state" AND "finding" = OLD."finding";
    INSERT INTO "RequestCount" ("state", "finding", "count") VALUES (NEW."state", NEW."finding", 1)
        ON CONFLICT ("state", "finding") DO UPDATE SET "count" = "count" + 1;
END;
CREATE TRIGGER "Request_count_delete" AFTER DELETE ON "Request" BEGIN
    UPDATE "RequestCount" SET "count" = "count" - 1 WHERE "state" = OLD."state" AND "finding" = OLD."finding";
END;

-- The audit trail only grows.
CREATE TRIGGER "AuditEvent_no_update" BEFORE UPDATE ON "AuditEvent" BEGIN
    SELECT RAISE(ABORT, 'audit events are never changed');
END;
CREATE TRIGGER "AuditEvent_no_delete" BEFORE DELETE ON "AuditEvent" BEGIN
    SELECT RAISE(ABORT, 'audit events are never deleted');
END;
