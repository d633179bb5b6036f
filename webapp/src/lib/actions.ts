/** What can be done with a track anywhere it appears. */
import { artistWordOf, toggleArtistWord, toggleWord, wordOf } from './feedback.svelte';
import { t } from './i18n/index.svelte';
import { chooser } from './playlistChooser.svelte';
import { player, type Playable } from './player.svelte';
import { router } from './router.svelte';
import type { Choice } from './ui/menu.svelte';

export function trackChoices(item: Playable, extra: Choice[] = []): Choice[] {
  const { track, request_id } = item;
  const word = wordOf(track);
  const choices: Choice[] = [];
  if (track.playable) {
    choices.push(
      { label: t('track.playNext'), icon: 'queue', run: () => player.playNext(item) },
      { label: t('track.addToQueue'), icon: 'plus', run: () => player.add([item]) },
    );
  }
  choices.push(
    { label: t('track.addToPlaylist'), icon: 'playlist', run: () => chooser.open([track]) },
    { label: t('track.moreLikeThis'), icon: 'mixer', apart: true, run: () => router.go(`/mixer?track=${track.id}`) },
    { label: t('track.pathFromHere'), icon: 'path', run: () => router.go(`/mixer?from=${track.id}`) },
    { label: t('track.open'), icon: 'similar', run: () => router.go(`/track/${track.id}`) },
  );
  const { artist_id, album_id } = track;
  if (artist_id) choices.push({ label: t('track.openArtist'), icon: 'user', run: () => router.go(`/artist/${artist_id}`) });
  if (album_id) choices.push({ label: t('track.openAlbum'), icon: 'album', run: () => router.go(`/album/${album_id}`) });
  choices.push(
    ...extra,
    {
      label: word === 'like' ? t('word.unlike') : t('word.like'),
      icon: 'heart',
      apart: true,
      run: () => void toggleWord(track, 'like', request_id),
    },
    {
      label: word === 'dislike' ? t('word.undislike') : t('word.dislike'),
      icon: 'dislike',
      run: () => void toggleWord(track, 'dislike', request_id),
    },
    {
      label: t('word.skip'),
      icon: 'next',
      run: () => {
        void toggleWord(track, 'skip', request_id);
        if (player.isCurrent(track)) void player.next();
      },
    },
    {
      label: word === 'never' ? t('word.allow') : t('word.never'),
      icon: 'never',
      danger: word !== 'never',
      run: () => {
        void toggleWord(track, 'never', request_id);
        if (word !== 'never' && player.isCurrent(track)) void player.next();
      },
    },
  );
  if (artist_id) {
    const artist = { id: artist_id, name: track.artist, word: null };
    const banned = artistWordOf(artist) === 'never';
    choices.push({
      label: banned ? t('word.allowArtist') : t('word.neverArtist'),
      icon: 'never',
      danger: !banned,
      run: () => void toggleArtistWord(artist, 'never'),
    });
  }
  return choices;
}
