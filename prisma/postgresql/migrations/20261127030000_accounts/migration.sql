-- What the centre's directory says of the account that a request names.

ALTER TABLE "Request" ADD COLUMN "accountState" TEXT NOT NULL DEFAULT 'none';
ALTER TABLE "Request" ADD COLUMN "accountName" TEXT;
ALTER TABLE "Request" ADD COLUMN "accountEmail" TEXT;
ALTER TABLE "Request" ADD COLUMN "accountGroups" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "Request" ADD COLUMN "accountProof" TEXT NOT NULL DEFAULT 'none';
ALTER TABLE "Request" ADD COLUMN "accountAskedAt" TIMESTAMP(3);

CREATE INDEX "Request_state_accountAskedAt_idx" ON "Request"("state", "accountAskedAt");

CREATE TABLE "AccountStatus" (
    "account" TEXT COLLATE "C" NOT NULL,
    "state" TEXT COLLATE "C" NOT NULL,
    "name" TEXT,
    "askedAt" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "AccountStatus_pkey" PRIMARY KEY ("account")
);
CREATE INDEX "AccountStatus_state_account_idx" ON "AccountStatus"("state", "account");
