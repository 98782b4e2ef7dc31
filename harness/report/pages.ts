/** The file of a system's page, beside `index.html`. Names may be anything that a results file says. */
export const pageOf = (system: string): string =>
  `${system.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^(index|\.+)$/, '_$1') || '_'}.html`
