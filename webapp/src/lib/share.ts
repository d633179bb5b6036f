/** Publishing a list under an address nobody can guess, and handing that address on. */
import { write } from './api/client';
import { t } from './i18n/index.svelte';
import { router } from './router.svelte';
import { complain, toast } from './toasts.svelte';

interface NewShare {
  title: string;
  playlist_id?: number;
  tracks?: { track_id: number; reason: string }[];
}

/** Phones get their own sheet of people and apps; elsewhere the address is copied. */
export async function share(what: NewShare): Promise<void> {
  try {
    const { url, title } = await write<{ url: string; title: string }>('POST', '/shares', what);
    const phone = matchMedia('(pointer: coarse)').matches && 'share' in navigator;
    if (phone) await navigator.share({ title, url });
    else {
      await navigator.clipboard?.writeText(url);
      toast(t('share.copied', { url }), { label: t('share.manage'), run: () => router.go('/settings') });
    }
  } catch (error) {
    complain(error);
  }
}
