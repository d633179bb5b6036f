/** What the page is about, for the title of the window: set by the page that is shown. */
export const about: { name: string | null } = $state({ name: null });
