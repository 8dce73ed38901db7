/** What the console knows of the contract and of where it runs; the page's builder writes it. */
export interface ConsoleData {
  /** The server of the contract. */
  readonly server: string;
  readonly method: string;
  readonly path: string;
  /** The method of the client that sends this request. */
  readonly operationId: string;
  readonly packageName: string;
  readonly statuses: readonly number[];
  /** The bodies to start from, by their summary. */
  readonly examples: readonly { readonly summary: string; readonly value: unknown }[];
  /** Where the mock runs. */
  readonly mock: string;
  /** Path on the page's own origin that relays to the server of the contract; none on disk. */
  readonly relay?: string;
}
