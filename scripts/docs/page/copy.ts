const sayingMs = 2_000;

/** Lets each button of class `copy` copy the code that stands in the element it names. */
export function copyOnClick(root: Document): void {
  root.addEventListener("click", async ({ target }) => {
    const button = target instanceof Element ? target.closest("button.copy") : null;
    if (!(button instanceof HTMLButtonElement)) return;
    const code = root.getElementById(button.dataset.copies ?? "");
    if (code === null) return;
    const [label] = button.children;
    if (label === undefined) return;
    label.textContent = await copy(code);
    setTimeout(() => {
      label.textContent = "Copy";
    }, sayingMs);
  });
}

/** Copies the text of an element; where the browser refuses that, selects it for the reader's keys. */
async function copy(code: HTMLElement): Promise<string> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    return "Copied";
  } catch {
    getSelection()?.selectAllChildren(code);
    return "Press Ctrl+C";
  }
}
