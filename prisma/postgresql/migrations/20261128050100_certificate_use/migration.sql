-- What the portal knows of the way of a certificate to its owner.

ALTER TABLE "Certificate" ADD COLUMN "fetchedAt" TIMESTAMP(3);
ALTER TABLE "Certificate" ADD COLUMN "seenAt" TIMESTAMP(3);
