"""How gunicorn serves the site, wherever it is started: by run.py, a Procfile, or on Elastic Beanstalk."""

worker_class = "web_worker.PatientWorker"
threads = 8  # work at once in each process; those that wait for a slow client are not counted
worker_connections = 1000
timeout = 120
# From 25.1 on it opens a socket for orders in the home of its user, which two sites of one user would share.
control_socket_disable = True
