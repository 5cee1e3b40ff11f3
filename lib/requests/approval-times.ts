const APPROVAL_DAYS = 30;
const DAY_MS = 86_400_000;

/** An approval that nobody signs by then is void. */
export function approvalEnd(approvedAt: Date): Date {
  return new Date(approvedAt.getTime() + APPROVAL_DAYS * DAY_MS);
}
