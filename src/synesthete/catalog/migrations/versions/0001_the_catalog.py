"""The first catalog: music, people, work, and the words of tracks for full-text search."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from synesthete.catalog.words import make_words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every table, as schema/ declares them."""
    op.create_table('artists',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('mbid', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_artists')),
    sa.UniqueConstraint('key', name=op.f('uq_artists_key'))
    )
    op.create_index(op.f('ix_artists_mbid'), 'artists', ['mbid'], unique=False)
    op.create_table('folders',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('added_at', sa.BigInteger(), nullable=False),
    sa.Column('scanned_at', sa.BigInteger(), nullable=True),
    sa.Column('removed_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_folders')),
    sa.UniqueConstraint('path', name=op.f('uq_folders_path'))
    )
    op.create_table('imports',
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('listener_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('report', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('digest', 'kind', 'listener_id', name=op.f('pk_imports'))
    )
    op.create_table('jobs',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('wish', sa.String(), nullable=True),
    sa.Column('about', sa.String(), nullable=True),
    sa.Column('found', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('skipped', sa.Integer(), nullable=False),
    sa.Column('failed', sa.Integer(), nullable=False),
    sa.Column('rate', sa.Float(), nullable=True),
    sa.Column('message', sa.String(), nullable=True),
    sa.Column('report', sa.String(), nullable=True),
    sa.Column('process', sa.String(), nullable=True),
    sa.Column('started_at', sa.BigInteger(), nullable=False),
    sa.Column('beat_at', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_jobs'))
    )
    op.create_table('listeners',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=True),
    sa.Column('subject', sa.String(), nullable=True),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('time_zone', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=True),
    sa.Column('letter', sa.Boolean(), nullable=False),
    sa.Column('letter_weekday', sa.Integer(), nullable=False),
    sa.Column('letter_hour', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('seen_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listeners')),
    sa.UniqueConstraint('name', name=op.f('uq_listeners_name')),
    sa.UniqueConstraint('subject', name=op.f('uq_listeners_subject'))
    )
    op.create_table('scores',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('protocol', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('metric', sa.String(), nullable=False),
    sa.Column('value', sa.Float(), nullable=False),
    sa.Column('low', sa.Float(), nullable=True),
    sa.Column('high', sa.Float(), nullable=True),
    sa.Column('baseline', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scores'))
    )
    op.create_index(op.f('ix_scores_at'), 'scores', ['at'], unique=False)
    op.create_table('values',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_values'))
    )
    op.create_table('albums',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('artist_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('mbid', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['artist_id'], ['artists.id'], name=op.f('fk_albums_artist_id_artists')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_albums')),
    sa.UniqueConstraint('artist_id', 'key', name=op.f('uq_albums_artist_id_key'))
    )
    op.create_index(op.f('ix_albums_artist_id'), 'albums', ['artist_id'], unique=False)
    op.create_index(op.f('ix_albums_mbid'), 'albums', ['mbid'], unique=False)
    op.create_table('api_keys',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('listener_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('key_hash', sa.String(), nullable=False),
    sa.Column('hint', sa.String(), nullable=False),
    sa.Column('scopes', sa.String(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('used_at', sa.BigInteger(), nullable=True),
    sa.Column('revoked_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['listener_id'], ['listeners.id'], name=op.f('fk_api_keys_listener_id_listeners'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_keys')),
    sa.UniqueConstraint('key_hash', name=op.f('uq_api_keys_key_hash'))
    )
    op.create_index(op.f('ix_api_keys_listener_id'), 'api_keys', ['listener_id'], unique=False)
    op.create_table('letters',
    sa.Column('listener_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('week', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('message_id', sa.String(), nullable=True),
    sa.Column('subject', sa.String(), nullable=True),
    sa.Column('html', sa.String(), nullable=True),
    sa.Column('plain', sa.String(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_try_at', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('made_at', sa.BigInteger(), nullable=False),
    sa.Column('sent_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['listener_id'], ['listeners.id'], name=op.f('fk_letters_listener_id_listeners'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('listener_id', 'week', name=op.f('pk_letters'))
    )
    op.create_table('play_counts',
    sa.Column('listener_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('track_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['listener_id'], ['listeners.id'], name=op.f('fk_play_counts_listener_id_listeners'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('listener_id', 'track_id', name=op.f('pk_play_counts')),
    sqlite_with_rowid=False
    )
    op.create_table('playlists',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('listener_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('comment', sa.String(), nullable=True),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('foreign_id', sa.String(), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('changed_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['listener_id'], ['listeners.id'], name=op.f('fk_playlists_listener_id_listeners'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_playlists')),
    sa.UniqueConstraint('listener_id', 'source', 'foreign_id', name=op.f('uq_playlists_listener_id_source_foreign_id'))
    )
    op.create_index(op.f('ix_playlists_listener_id'), 'playlists', ['listener_id'], unique=False)
    op.create_table('searches',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('listener_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['listener_id'], ['listeners.id'], name=op.f('fk_searches_listener_id_listeners'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_searches'))
    )
    op.create_index(op.f('ix_searches_listener_id_at'), 'searches', ['listener_id', 'at'], unique=False)
    op.create_table('sessions',
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('listener_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('agent', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['listener_id'], ['listeners.id'], name=op.f('fk_sessions_listener_id_listeners'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_sessions'))
    )
    op.create_index(op.f('ix_sessions_listener_id'), 'sessions', ['listener_id'], unique=False)
    op.create_table('shares',
    sa.Column('token', sa.String(), nullable=False),
    sa.Column('listener_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('playlist_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('content', sa.String(), nullable=True),
    sa.Column('with_audio', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=True),
    sa.Column('revoked_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['listener_id'], ['listeners.id'], name=op.f('fk_shares_listener_id_listeners'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['playlist_id'], ['playlists.id'], name=op.f('fk_shares_playlist_id_playlists'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token', name=op.f('pk_shares'))
    )
    op.create_index(op.f('ix_shares_listener_id'), 'shares', ['listener_id'], unique=False)
    op.create_table('tracks',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('folder_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('path', sa.String(), nullable=True),
    sa.Column('size', sa.BigInteger(), nullable=True),
    sa.Column('modified_ns', sa.BigInteger(), nullable=True),
    sa.Column('inode', sa.String(), nullable=True),
    sa.Column('sound_hash', sa.String(), nullable=True),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('title_key', sa.String(), nullable=False),
    sa.Column('artist_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('album_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('album_artist', sa.String(), nullable=True),
    sa.Column('track_no', sa.Integer(), nullable=True),
    sa.Column('disc_no', sa.Integer(), nullable=True),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('duration_s', sa.Float(), nullable=True),
    sa.Column('codec', sa.String(), nullable=True),
    sa.Column('sample_rate', sa.Integer(), nullable=True),
    sa.Column('channels', sa.Integer(), nullable=True),
    sa.Column('bit_rate', sa.Integer(), nullable=True),
    sa.Column('recording_mbid', sa.String(), nullable=True),
    sa.Column('isrc', sa.String(), nullable=True),
    sa.Column('replaygain_db', sa.Float(), nullable=True),
    sa.Column('has_cover', sa.Boolean(), nullable=False),
    sa.Column('tags_from', sa.String(), nullable=True),
    sa.Column('added_at', sa.BigInteger(), nullable=False),
    sa.Column('changed_at', sa.BigInteger(), nullable=False),
    sa.Column('missing_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['album_id'], ['albums.id'], name=op.f('fk_tracks_album_id_albums')),
    sa.ForeignKeyConstraint(['artist_id'], ['artists.id'], name=op.f('fk_tracks_artist_id_artists')),
    sa.ForeignKeyConstraint(['folder_id'], ['folders.id'], name=op.f('fk_tracks_folder_id_folders')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tracks')),
    sa.UniqueConstraint('path', name=op.f('uq_tracks_path'))
    )
    op.create_index(op.f('ix_tracks_added_at'), 'tracks', ['added_at'], unique=False)
    op.create_index(op.f('ix_tracks_album_id'), 'tracks', ['album_id'], unique=False)
    op.create_index(op.f('ix_tracks_artist_id'), 'tracks', ['artist_id'], unique=False)
    op.create_index(op.f('ix_tracks_folder_id'), 'tracks', ['folder_id'], unique=False)
    op.create_index(op.f('ix_tracks_isrc'), 'tracks', ['isrc'], unique=False)
    op.create_index(op.f('ix_tracks_missing_at'), 'tracks', ['missing_at'], unique=False)
    op.create_index(op.f('ix_tracks_recording_mbid'), 'tracks', ['recording_mbid'], unique=False)
    op.create_index(op.f('ix_tracks_sound_hash'), 'tracks', ['sound_hash'], unique=False)
    op.create_index(op.f('ix_tracks_title_key'), 'tracks', ['title_key'], unique=False)
    op.create_index(op.f('ix_tracks_year'), 'tracks', ['year'], unique=False)
    op.create_table('clusters',
    sa.Column('track_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cluster', sa.Integer(), nullable=False),
    sa.Column('distance', sa.Float(), nullable=False),
    sa.ForeignKeyConstraint(['track_id'], ['tracks.id'], name=op.f('fk_clusters_track_id_tracks'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('track_id', name=op.f('pk_clusters'))
    )
    op.create_index(op.f('ix_clusters_cluster'), 'clusters', ['cluster'], unique=False)
    op.create_table('descriptors',
    sa.Column('track_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('value', sa.Float(), nullable=False),
    sa.Column('confidence', sa.Float(), nullable=True),
    sa.ForeignKeyConstraint(['track_id'], ['tracks.id'], name=op.f('fk_descriptors_track_id_tracks'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('track_id', 'name', name=op.f('pk_descriptors'))
    )
    op.create_index(op.f('ix_descriptors_name_value'), 'descriptors', ['name', 'value'], unique=False)
    op.create_table('embeddings',
    sa.Column('track_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('encoder', sa.String(), nullable=False),
    sa.Column('plan', sa.String(), nullable=False),
    sa.Column('vector', sa.LargeBinary(), nullable=False),
    sa.Column('excerpts', sa.LargeBinary(), nullable=True),
    sa.Column('scales', sa.LargeBinary(), nullable=True),
    sa.Column('starts_s', sa.LargeBinary(), nullable=True),
    sa.Column('ends_s', sa.LargeBinary(), nullable=True),
    sa.Column('made_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['track_id'], ['tracks.id'], name=op.f('fk_embeddings_track_id_tracks'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('track_id', 'encoder', name=op.f('pk_embeddings'))
    )
    op.create_index(op.f('ix_embeddings_encoder_made_at'), 'embeddings', ['encoder', 'made_at'], unique=False)
    op.create_table('external_ids',
    sa.Column('track_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('scheme', sa.String(), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['track_id'], ['tracks.id'], name=op.f('fk_external_ids_track_id_tracks'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('scheme', 'value', name=op.f('pk_external_ids'))
    )
    op.create_index(op.f('ix_external_ids_track_id'), 'external_ids', ['track_id'], unique=False)
    op.create_table('feedback',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('listener_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('track_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('artist_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('word', sa.String(), nullable=False),
    sa.Column('rating', sa.Integer(), nullable=True),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('until', sa.BigInteger(), nullable=True),
    sa.Column('undone_at', sa.BigInteger(), nullable=True),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('request_id', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['artist_id'], ['artists.id'], name=op.f('fk_feedback_artist_id_artists')),
    sa.ForeignKeyConstraint(['listener_id'], ['listeners.id'], name=op.f('fk_feedback_listener_id_listeners'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['track_id'], ['tracks.id'], name=op.f('fk_feedback_track_id_tracks')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback'))
    )
    op.create_index(op.f('ix_feedback_listener_id_artist_id'), 'feedback', ['listener_id', 'artist_id'], unique=False)
    op.create_index(op.f('ix_feedback_listener_id_track_id'), 'feedback', ['listener_id', 'track_id'], unique=False)
    op.create_table('impressions',
    sa.Column('request_id', sa.String(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('listener_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('track_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('clicked_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['listener_id'], ['listeners.id'], name=op.f('fk_impressions_listener_id_listeners'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['track_id'], ['tracks.id'], name=op.f('fk_impressions_track_id_tracks'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('request_id', 'rank', name=op.f('pk_impressions'))
    )
    op.create_index(op.f('ix_impressions_at'), 'impressions', ['at'], unique=False)
    op.create_index(op.f('ix_impressions_listener_id'), 'impressions', ['listener_id'], unique=False)
    op.create_table('ledger',
    sa.Column('track_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('encoder', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['track_id'], ['tracks.id'], name=op.f('fk_ledger_track_id_tracks'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('track_id', 'encoder', name=op.f('pk_ledger'))
    )
    op.create_index(op.f('ix_ledger_encoder_state'), 'ledger', ['encoder', 'state'], unique=False)
    op.create_table('letter_picks',
    sa.Column('listener_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('week', sa.String(), nullable=False),
    sa.Column('track_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('section', sa.String(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['listener_id'], ['listeners.id'], name=op.f('fk_letter_picks_listener_id_listeners'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['track_id'], ['tracks.id'], name=op.f('fk_letter_picks_track_id_tracks'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('listener_id', 'week', 'track_id', name=op.f('pk_letter_picks'))
    )
    op.create_table('listens',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('listener_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('track_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('played_s', sa.Float(), nullable=True),
    sa.Column('skipped', sa.Boolean(), nullable=True),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=True),
    sa.Column('artist', sa.String(), nullable=True),
    sa.Column('album', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['listener_id'], ['listeners.id'], name=op.f('fk_listens_listener_id_listeners'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['track_id'], ['tracks.id'], name=op.f('fk_listens_track_id_tracks')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listens')),
    sa.UniqueConstraint('listener_id', 'at', 'what', name=op.f('uq_listens_listener_id_at_what'))
    )
    op.create_index(op.f('ix_listens_listener_id_track_id'), 'listens', ['listener_id', 'track_id'], unique=False)
    op.create_index(op.f('ix_listens_track_id'), 'listens', ['track_id'], unique=False)
    op.create_table('playlist_tracks',
    sa.Column('playlist_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('track_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('title', sa.String(), nullable=True),
    sa.Column('artist', sa.String(), nullable=True),
    sa.Column('album', sa.String(), nullable=True),
    sa.Column('path', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['playlist_id'], ['playlists.id'], name=op.f('fk_playlist_tracks_playlist_id_playlists'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['track_id'], ['tracks.id'], name=op.f('fk_playlist_tracks_track_id_tracks')),
    sa.PrimaryKeyConstraint('playlist_id', 'position', name=op.f('pk_playlist_tracks'))
    )
    op.create_index(op.f('ix_playlist_tracks_track_id'), 'playlist_tracks', ['track_id'], unique=False)
    op.create_table('positions',
    sa.Column('track_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('x', sa.Float(), nullable=False),
    sa.Column('y', sa.Float(), nullable=False),
    sa.ForeignKeyConstraint(['track_id'], ['tracks.id'], name=op.f('fk_positions_track_id_tracks'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('track_id', name=op.f('pk_positions'))
    )
    op.create_table('track_genres',
    sa.Column('track_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('genre', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['track_id'], ['tracks.id'], name=op.f('fk_track_genres_track_id_tracks'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('track_id', 'genre', name=op.f('pk_track_genres'))
    )
    op.create_index(op.f('ix_track_genres_genre'), 'track_genres', ['genre'], unique=False)
    make_words(op.get_bind())
