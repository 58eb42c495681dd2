/** Every tool of this gateway, one line each. Add yours here: docs/add-a-tool.md. */
export { echo } from './echo.ts';
export { whoami } from './whoami.ts';
