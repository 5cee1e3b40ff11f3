/**
 * POST /certs/requests/{id}/open with the pick-up secret, from the page's script (JSON) or its form:
 * a cookie by which this browser may see the request. The form is led back to the page.
 */
import { openWithSecret } from '#lib/http/open-with-secret';

export const POST = openWithSecret;
