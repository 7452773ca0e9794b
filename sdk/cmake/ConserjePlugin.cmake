# conserje_add_plugin: see below.
