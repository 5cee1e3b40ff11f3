/** What the journeys use of oidc-provider, which brings no types of its own. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  type Oidc = { params: Record<string, string | undefined>; session: { acr?: string; accountId?: string } };
  type Context = { oidc: Oidc };
  type Login = { accountId: string; acr?: string; amr?: string[] };

  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    Grant: new (input: { clientId: string; accountId: string | undefined }) => {
      addOIDCScope: (scope: string) => void;
      save: () => Promise<string>;
    };
    callback: () => (request: IncomingMessage, response: ServerResponse) => void;
    interactionFinished: (
      request: IncomingMessage,
      response: ServerResponse,
      result: { login: Login },
    ) => Promise<void>;
  }

  export namespace interactionPolicy {
    class Check {
      static readonly REQUEST_PROMPT: boolean;
      static readonly NO_NEED_TO_PROMPT: boolean;
      constructor(reason: string, description: string, check: (ctx: Context) => boolean);
    }
    function base(): { get: (name: string) => { checks: { add: (check: Check) => void } } };
  }
}
