/** Every resource of this gateway, one line each. Add yours here: docs/add-a-resource.md. */
export {};
