import { readNetworkPolicy } from '../../src/platform/pwa/network-policy.ts';
import { roleOfScript, securityHeaders, type ScriptRole } from './security-policy.ts';

/** The response with this site's security headers in place of the host's, under the policy the person has set. */
export async function secured(request: Request, scope: string, response: Response): Promise<Response> {
  // A redirect to follow, or a failure: nothing that could run, and nothing a header could be set on.
  if (response.type === 'opaqueredirect' || response.type === 'opaque' || response.type === 'error') return response;
  const headers = new Headers(response.headers);
  const policy = await readNetworkPolicy(scope);
  for (const [name, value] of Object.entries(securityHeaders(roleOf(request), policy))) headers.set(name, value);
  const body = response.status === 204 || response.status === 205 || response.status === 304 ? null : response.body;
  return new Response(body, { status: response.status, statusText: response.statusText, headers });
}

function roleOf(request: Request): ScriptRole {
  if (request.mode === 'navigate' || request.destination === 'document' || request.destination === 'iframe') {
    return 'page';
  }
  return roleOfScript(new URL(request.url).pathname);
}
