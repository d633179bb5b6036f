/** Files on their way to the server: one that it would refuse for its size need not travel first. */
import { number, t } from '$lib/i18n/index.svelte';
import { session } from '$lib/session.svelte';

/** Raises an Error in words when the server takes no file of this size. */
export async function checkSize(file: Blob, name: string): Promise<void> {
  if (!session.status) await session.look();
  const most = session.status?.upload_mb;
  if (most === undefined || file.size <= most * 1e6) return;
  throw new Error(t('error.tooLarge', { name, size: number(file.size / 1e6), most: number(most) }));
}
