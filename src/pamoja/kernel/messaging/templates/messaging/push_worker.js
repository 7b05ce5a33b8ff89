self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  event.waitUntil(self.registration.showNotification(said.title || "Pamoja", { body: said.body || "", tag: said.tag, data: said.url }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  if (event.notification.data) event.waitUntil(clients.openWindow(event.notification.data));
});
