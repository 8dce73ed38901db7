// Opens the page of page.js in Chromium, and rejects with what it rejected with.

import { chromium } from "playwright-core";

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"],
});
try {
  const page = await browser.newPage();
  await page.goto(process.env.SERVER);
  await page.addScriptTag({ path: "page.bundle.js" });
  await page.evaluate("outcome");
  console.log(browser.version());
} finally {
  await browser.close();
}
