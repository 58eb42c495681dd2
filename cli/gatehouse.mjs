#!/usr/bin/env node
// Plain JavaScript, so that a wrong Node version or a missing install gets a sentence and not a syntax error.
// As in package.json's engines: the embedded identity provider uses URL.parse, which came with 20.19.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`Gatehouse needs Node 20.19 or newer; this is ${process.versions.node}. Try: nvm install 24\n`);
  process.exit(1);
}
// Notices of dependencies about future Node versions are for whoever updates them, not for whoever runs this.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
try {
  const { register } = await import('tsx/esm/api');
  register();
} catch {
  process.stderr.write('The dependencies are not installed. Run: npm ci\n');
  process.exit(1);
}
const { main } = await import('./main.ts');
await main(process.argv.slice(2));
