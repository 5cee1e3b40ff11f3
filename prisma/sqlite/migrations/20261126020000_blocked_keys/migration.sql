-- Compromised keys, beginning with those of certificates that were revoked for it.

CREATE TABLE "BlockedKey" (
    "spkiSha256" TEXT NOT NULL PRIMARY KEY,
    "reason" TEXT NOT NULL,
    "serial" TEXT,
    "blockedBy" TEXT NOT NULL,
    "blockedAt" DATETIME NOT NULL
);

CREATE INDEX "BlockedKey_blockedAt_spkiSha256_idx" ON "BlockedKey"("blockedAt", "spkiSha256");

INSERT INTO "BlockedKey" ("spkiSha256", "reason", "serial", "blockedBy", "blockedAt")
SELECT "spkiSha256", 'keyCompromise', MIN("serial"), 'system:migration', MIN(COALESCE("revokedAt", "createdAt"))
FROM "Certificate" WHERE "revocationReason" = 'keyCompromise' GROUP BY "spkiSha256";
