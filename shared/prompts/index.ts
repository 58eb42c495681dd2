/** Every prompt of this gateway, one line each. Add yours here: docs/add-a-prompt.md. */
export {};
