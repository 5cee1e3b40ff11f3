-- A person's own name for the device that holds the key ("laptop"). Not part of the certificate.
ALTER TABLE "Request" ADD COLUMN "label" TEXT;
ALTER TABLE "Certificate" ADD COLUMN "label" TEXT;
