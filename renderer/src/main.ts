import { mount } from 'svelte';
import App from './App.svelte';
import { watchFaults } from './lib/faults';
import './styles/tokens.css';
import './styles/base.css';

watchFaults();
const target = document.getElementById('app');
if (!target) throw new Error('The page has no place for the window.');
mount(App, { target });
