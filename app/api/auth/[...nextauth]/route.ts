/** next-auth's own routes (csrf, callback, session, signout), on the portal's name only. */
import { nextAuthRoute } from '#lib/http/next-auth-route';

export const GET = nextAuthRoute;
export const POST = nextAuthRoute;
