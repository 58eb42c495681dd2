/** The login page of the embedded identity provider: one button a user. */
export function loginPage(uid: string, users: readonly { readonly name: string; readonly about: string }[]): string {
  const buttons = users
    .map(
      ({ name, about }) =>
        `<form method="post" action="/login/${uid}"><button name="user" value="${name}"><b>${name}</b><span>${about}</span></button></form>`,
    )
    .join('');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sign in to Gatehouse (local)</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0 1rem;color:#1c2733;background:#f6f7f9}
h1{font-size:1.3rem;margin:0 0 .25rem}p{margin:0 0 1.5rem;color:#56616c}
button{display:flex;justify-content:space-between;gap:1rem;width:100%;margin:0 0 .6rem;padding:.8rem 1rem;font:inherit;text-align:left;
background:#fff;border:1px solid #c9d1d9;border-radius:8px;cursor:pointer}button:hover,button:focus{border-color:#2563eb}span{color:#56616c}
</style><h1>Who are you?</h1><p>Local identity provider of <code>npm run dev</code>. No passwords.</p>${buttons}</html>`;
}
