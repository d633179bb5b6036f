import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import App from './App.svelte';
import { startLanguage } from '$lib/i18n/index.svelte';

await startLanguage();
const target = document.getElementById('app');
if (target) mount(App, { target });
