-- A certificate names its issuer, since there may be several, and where it came from.
ALTER TABLE "Certificate" ADD COLUMN "caKeyId" TEXT;
ALTER TABLE "Certificate" ADD COLUMN "source" TEXT NOT NULL DEFAULT 'order';
