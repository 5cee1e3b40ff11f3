-- What the centre's directory says of the account that a request names.

ALTER TABLE "Request" ADD COLUMN "accountState" TEXT NOT NULL DEFAULT 'none';
ALTER TABLE "Request" ADD COLUMN "accountName" TEXT;
ALTER TABLE "Request" ADD COLUMN "accountEmail" TEXT;
ALTER TABLE "Request" ADD COLUMN "accountGroups" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "Request" ADD COLUMN "accountProof" TEXT NOT NULL DEFAULT 'none';
ALTER TABLE "Request" ADD COLUMN "accountAskedAt" DATETIME;

CREATE INDEX "Request_state_accountAskedAt_idx" ON "Request"("state", "accountAskedAt");

CREATE TABLE "AccountStatus" (
    "account" TEXT NOT NULL PRIMARY KEY,
    "state" TEXT NOT NULL,
    "name" TEXT,
    "askedAt" DATETIME NOT NULL
);
CREATE INDEX "AccountStatus_state_account_idx" ON "AccountStatus"("state", "account");
