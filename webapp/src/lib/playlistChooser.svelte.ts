/** "Add to playlist": which tracks wait for a playlist. */

class Chooser {
  tracks: { id: number }[] = $state.raw([]);
  shown = $state(false);
  suggestion = $state('');

  open(tracks: { id: number }[], suggestion = ''): void {
    this.tracks = tracks;
    this.suggestion = suggestion;
    this.shown = true;
  }
}

export const chooser = new Chooser();
