// The first start: the code out of the address, buttons that copy.
(() => {
  'use strict';
  const code = document.getElementById('code');
  const take = () => {
    if (!code || location.hash.length < 5) return;
    code.value = location.hash.slice(1);
    history.replaceState(null, '', location.pathname);  // a code that is used is not left in the address
    document.getElementById('name').focus();
  };
  take();
  addEventListener('hashchange', take);
  document.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-copy]');
    if (!button) return;
    const words = button.lastChild;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      words.textContent = '已复制';
    } catch {  // without https a browser gives no clipboard: the words are marked, ready for Ctrl+C
      getSelection().selectAllChildren(button.previousElementSibling);
      words.textContent = '按 Ctrl+C';
    }
    setTimeout(() => { words.textContent = '复制'; }, 2500);
  });
})();
