/** jsdom has no modal dialogs: opens one as a browser does where nothing in it asks for the focus. */
export function standInDialogs(): void {
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
    this.open = true;
    this.querySelector('button')?.focus();
  };
}
