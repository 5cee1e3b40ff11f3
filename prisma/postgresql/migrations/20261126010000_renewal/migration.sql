-- Renewal: which certificate a request renews, what superseded a certificate, and who was reminded.

ALTER TABLE "Request" ADD COLUMN "renewsSerial" TEXT;
ALTER TABLE "Request" ADD COLUMN "renewalProof" TEXT;
ALTER TABLE "Certificate" ADD COLUMN "supersededBy" TEXT;
ALTER TABLE "Certificate" ADD COLUMN "remindedDays" INTEGER;

CREATE INDEX "Request_renewsSerial_idx" ON "Request"("renewsSerial");
