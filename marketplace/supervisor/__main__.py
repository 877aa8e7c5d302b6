import sys

from marketplace.supervisor.run import main

sys.exit(main())
