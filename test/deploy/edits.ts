/**
 * What the emulator cannot read or would refuse, changed in templates before they reach it. Each edit fails when it
 * finds nothing to change, so that none outlives its reason.
 */
export type Edit = (template: string) => string;

/** The bucket for assets refuses plain http, which is all that the emulator speaks. */
export const allowPlainHttp: Edit = (template) =>
  replace(template, 'aws:SecureTransport: "false"', 'aws:SecureTransport: "never"');

/** It knows the issuer of a user pool without its scheme only. */
export const joinProviderUrl: Edit = (template) =>
  replace(
    JSON.stringify(JSON.parse(template)),
    /\{"Fn::GetAtt":\["(\w+)","ProviderURL"\]\}/g,
    '{"Fn::Join":["",["https://",{"Fn::GetAtt":["$1","ProviderName"]}]]}',
  );

/** It does not know the look of the login page. */
export const dropBranding: Edit = (template) => {
  const parsed = JSON.parse(template) as { readonly Resources: Readonly<Record<string, { readonly Type: string }>> };
  const all = Object.entries(parsed.Resources);
  const kept = all.filter(([, { Type }]) => Type !== 'AWS::Cognito::ManagedLoginBranding');
  if (kept.length === all.length) throw new Error('The template has no branding.');
  return JSON.stringify({ ...parsed, Resources: Object.fromEntries(kept) });
};

function replace(text: string, what: string | RegExp, by: string): string {
  const changed = text.replace(what, by);
  if (changed === text) throw new Error(`The template has no ${what} any more.`);
  return changed;
}
