/** Sent by CloudFront with every request to the API; a value that a client sends under this name is replaced. */
export const EDGE_SECRET_HEADER = 'x-gatehouse-edge';

/** The client's address, set by the function at the edge: the API itself sees an address of CloudFront. */
export const VIEWER_HEADER = 'x-gatehouse-viewer';
