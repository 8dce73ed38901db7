import type * as ContractTests from "highlevel-product-collections/contract-tests";

export const account = { token: "a-token", locationId: "6578278e879ad2646715ba9c" };

/** Gives the contract tests to a test runner, as the README does. */
export function register(
  { contractTests }: typeof ContractTests,
  test: (name: string, run: () => Promise<void>) => void,
  server: string,
): void {
  for (const { name, run } of contractTests({
    baseUrl: `${server}/contract`,
    ...account,
    create: true,
  })) {
    test(name, run);
  }
}
