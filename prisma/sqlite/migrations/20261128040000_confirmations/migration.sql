-- A session in which a present factor was shown again; the address that a provider has verified; the
-- requests of who is signed in.

ALTER TABLE "Session" ADD COLUMN "confirmedAt" DATETIME;
ALTER TABLE "UserIdentity" ADD COLUMN "email" TEXT;
CREATE INDEX "Request_requesterId_createdAt_idx" ON "Request"("requesterId", "createdAt");
