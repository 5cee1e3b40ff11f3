-- The first tables. Names and types as Prisma would write them; the test beside the runner compares.
-- COLLATE "C": identifiers sort and match by code point on every database alike.

CREATE TABLE "Request" (
    "id" TEXT COLLATE "C" NOT NULL,
    "state" TEXT COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "profile" TEXT NOT NULL,
    "commonName" TEXT COLLATE "C" NOT NULL,
    "email" TEXT COLLATE "C",
    "emailState" TEXT NOT NULL DEFAULT 'none',
    "name" TEXT COLLATE "C",
    "note" TEXT,
    "dnsNames" TEXT NOT NULL DEFAULT '[]',
    "ipAddresses" TEXT NOT NULL DEFAULT '[]',
    "csrDer" BYTEA NOT NULL,
    "csrSha256" TEXT COLLATE "C" NOT NULL,
    "spkiSha256" TEXT COLLATE "C" NOT NULL,
    "keyLabel" TEXT NOT NULL,
    "checks" TEXT NOT NULL,
    "finding" TEXT COLLATE "C" NOT NULL DEFAULT 'clean',
    "trust" TEXT NOT NULL DEFAULT 'none',
    "source" TEXT NOT NULL DEFAULT 'web',
    "pickupHash" TEXT NOT NULL,
    "addressKey" TEXT COLLATE "C" NOT NULL,
    "requesterId" TEXT COLLATE "C",
    "locale" TEXT NOT NULL DEFAULT 'en',
    "question" TEXT,
    "reason" TEXT,
    "failureCode" TEXT,
    "decidedBy" TEXT,
    "decidedAt" TIMESTAMP(3),
    "signAfter" TIMESTAMP(3),
    "claimedBy" TEXT,
    "claimedAt" TIMESTAMP(3),
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "serial" TEXT COLLATE "C",
    "createdAt" TIMESTAMP(3) NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "Request_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "RequestCount" (
    "state" TEXT COLLATE "C" NOT NULL,
    "finding" TEXT COLLATE "C" NOT NULL,
    "count" INTEGER NOT NULL,
    CONSTRAINT "RequestCount_pkey" PRIMARY KEY ("state", "finding")
);

CREATE TABLE "Approval" (
    "id" TEXT COLLATE "C" NOT NULL,
    "requestId" TEXT COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL,
    "approverId" TEXT COLLATE "C" NOT NULL,
    "approver" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "method" TEXT NOT NULL DEFAULT 'session',
    "evidence" TEXT,
    "comment" TEXT,
    "vouchEmail" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "Approval_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "Approval_requestId_fkey" FOREIGN KEY ("requestId") REFERENCES "Request" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

CREATE TABLE "Certificate" (
    "serial" TEXT COLLATE "C" NOT NULL,
    "requestId" TEXT COLLATE "C",
    "state" TEXT COLLATE "C" NOT NULL,
    "profile" TEXT NOT NULL,
    "commonName" TEXT COLLATE "C" NOT NULL,
    "subject" TEXT NOT NULL,
    "email" TEXT COLLATE "C",
    "spkiSha256" TEXT COLLATE "C" NOT NULL,
    "fingerprintSha256" TEXT COLLATE "C" NOT NULL,
    "keyLabel" TEXT NOT NULL,
    "der" BYTEA NOT NULL,
    "notBefore" TIMESTAMP(3) NOT NULL,
    "notAfter" TIMESTAMP(3) NOT NULL,
    "revokedAt" TIMESTAMP(3),
    "revocationReason" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "Certificate_pkey" PRIMARY KEY ("serial"),
    CONSTRAINT "Certificate_requestId_fkey" FOREIGN KEY ("requestId") REFERENCES "Request" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

CREATE TABLE "User" (
    "id" TEXT COLLATE "C" NOT NULL,
    "login" TEXT COLLATE "C" NOT NULL,
    "displayName" TEXT NOT NULL,
    "email" TEXT COLLATE "C",
    "passwordHash" TEXT,
    "roles" TEXT NOT NULL,
    "disabledAt" TIMESTAMP(3),
    "sessionVersion" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "lastSignInAt" TIMESTAMP(3),
    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "OneTimeSecret" (
    "id" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "secretHash" TEXT COLLATE "C" NOT NULL,
    "payload" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "usedAt" TIMESTAMP(3),
    CONSTRAINT "OneTimeSecret_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "ApiToken" (
    "id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "secretHash" TEXT COLLATE "C" NOT NULL,
    "roles" TEXT NOT NULL,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3),
    "lastUsedAt" TIMESTAMP(3),
    "revokedAt" TIMESTAMP(3),
    CONSTRAINT "ApiToken_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "AuditEvent" (
    "seq" INTEGER NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT COLLATE "C" NOT NULL,
    "target" TEXT COLLATE "C" NOT NULL,
    "outcome" TEXT NOT NULL,
    "data" TEXT NOT NULL,
    "requestId" TEXT COLLATE "C" NOT NULL,
    "prevHash" TEXT NOT NULL,
    "hash" TEXT COLLATE "C" NOT NULL,
    CONSTRAINT "AuditEvent_pkey" PRIMARY KEY ("seq")
);

CREATE TABLE "AuditHead" (
    "id" INTEGER NOT NULL,
    "seq" INTEGER NOT NULL,
    "hash" TEXT COLLATE "C" NOT NULL,
    CONSTRAINT "AuditHead_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "OutboxMail" (
    "id" TEXT COLLATE "C" NOT NULL,
    "recipient" TEXT NOT NULL,
    "template" TEXT NOT NULL,
    "locale" TEXT NOT NULL,
    "vars" TEXT NOT NULL,
    "dedupeKey" TEXT COLLATE "C" NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" TIMESTAMP(3) NOT NULL,
    "sentAt" TIMESTAMP(3),
    "failedAt" TIMESTAMP(3),
    "lastError" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "OutboxMail_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "UsedTrustProof" (
    "nonce" TEXT COLLATE "C" NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "UsedTrustProof_pkey" PRIMARY KEY ("nonce")
);

CREATE TABLE "HubPolicy" (
    "name" TEXT COLLATE "C" NOT NULL,
    "access" TEXT NOT NULL,
    CONSTRAINT "HubPolicy_pkey" PRIMARY KEY ("name")
);

CREATE TABLE "HubMember" (
    "hub" TEXT COLLATE "C" NOT NULL,
    "commonName" TEXT COLLATE "C" NOT NULL,
    "addedBy" TEXT NOT NULL,
    "addedAt" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "HubMember_pkey" PRIMARY KEY ("hub", "commonName"),
    CONSTRAINT "HubMember_hub_fkey" FOREIGN KEY ("hub") REFERENCES "HubPolicy" ("name") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE "Setting" (
    "key" TEXT COLLATE "C" NOT NULL,
    "value" TEXT NOT NULL,
    CONSTRAINT "Setting_pkey" PRIMARY KEY ("key")
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
CREATE FUNCTION "count_requests"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE "RequestCount" SET "count" = "count" - 1
            WHERE "state" = OLD."state" AND "finding" = OLD."finding";
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO "RequestCount" AS c ("state", "finding", "count") VALUES (NEW."state", NEW."finding", 1)
            ON CONFLICT ("state", "finding") DO UPDATE SET "count" = c."count" + 1;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER "Request_count_insert_delete" AFTER INSERT OR DELETE ON "Request"
    FOR EACH ROW EXECUTE FUNCTION "count_requests"();
CREATE TRIGGER "Request_count_update" AFTER UPDATE OF "state", "finding" ON "Request"
    FOR EACH ROW WHEN (OLD."state" <> NEW."state" OR OLD."finding" <> NEW."finding")
    EXECUTE FUNCTION "count_requests"();

-- The audit trail only grows.
CREATE FUNCTION "keep_audit_events"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are never changed or deleted';
END
$$;
CREATE TRIGGER "AuditEvent_no_change" BEFORE UPDATE OR DELETE ON "AuditEvent"
    FOR EACH ROW EXECUTE FUNCTION "keep_audit_events"();
