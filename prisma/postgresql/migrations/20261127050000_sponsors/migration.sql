-- Who of the centre vouches for a guest.

ALTER TABLE "Request" ADD COLUMN "sponsorId" TEXT;
ALTER TABLE "Request" ADD COLUMN "sponsor" TEXT;
ALTER TABLE "Request" ADD COLUMN "sponsorNote" TEXT;
ALTER TABLE "Request" ADD COLUMN "sponsoredAt" TIMESTAMP(3);
