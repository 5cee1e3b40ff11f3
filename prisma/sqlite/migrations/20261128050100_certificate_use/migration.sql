-- What the portal knows of the way of a certificate to its owner.

ALTER TABLE "Certificate" ADD COLUMN "fetchedAt" DATETIME;
ALTER TABLE "Certificate" ADD COLUMN "seenAt" DATETIME;
