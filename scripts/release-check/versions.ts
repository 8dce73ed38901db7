import { newestIn } from "../lib/changelog.js";

/** What must agree before a release, as it stands in the package, the changelog and the contract. */
export interface Versions {
  readonly package: string;
  /** The newest in CHANGELOG.md. */
  readonly changelog: string | undefined;
  /** The contract's, and the one that CHANGELOG.md says the newest version is made from. */
  readonly contract: string;
  readonly changelogContract: string | undefined;
}

/** The versions as the files have them. */
export function versionsIn(packageJson: string, changelog: string, contract: string): Versions {
  const newest = newestIn(changelog);
  return {
    package: JSON.parse(packageJson).version,
    changelog: newest.version,
    contract,
    changelogContract: newest.text.match(/^Contract (\S+)\.$/m)?.[1],
  };
}

/** What does not agree, a line each. */
export function disagreements(versions: Versions): string[] {
  return [
    ...(versions.package === versions.changelog
      ? []
      : [`package.json is ${versions.package}, CHANGELOG.md begins with ${versions.changelog}.`]),
    ...(versions.contract === versions.changelogContract
      ? []
      : [
          `The contract is ${versions.contract}; CHANGELOG.md has to say "Contract ${versions.contract}." under its newest version.`,
        ]),
  ];
}
