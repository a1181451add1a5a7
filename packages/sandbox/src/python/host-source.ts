// The program that runs users' Python. It reads one request a line from file descriptor 3 and answers each with one line
// on 4, so that whatever users print is no part of what is said here; both begin with the same number, and an answer goes
// on with the milliseconds that it took. The first line tells what is run: a file, with the
// modules of the repository that it imports, as they were read with the suite, or inline code. It needs Python 3.8.
//
// What is inline may have had a case's variables put in. A variable may be a part of a text or a number there, and no
// other code: the tree of the code has to be the one it has with 0 in their place, but for its constants.
export const hostSource = String.raw`
import sys
if sys.path and sys.path[0] == '':
    del sys.path[0]

def serve():
    import json, os, time
    for descriptor in (3, 4):
        os.set_inheritable(descriptor, False)
        if hasattr(os, 'set_blocking'):
            os.set_blocking(descriptor, True)
    requests = os.fdopen(3, 'rb', 65536)

    number = b'0'
    began = 0

    def say(answer):
        send(json.dumps(answer, allow_nan=False))

    def send(text):
        took = b'%d' % ((time.perf_counter() - began) * 1000)
        data = memoryview(number + b' ' + took + b' ' + text.encode('ascii') + b'\n')
        while data:
            data = data[os.write(4, data):]

    line = requests.readline()
    if not line:
        return
    setup = json.loads(line)
    watch()
    limit = setup['limit']
    root = setup['root']
    own = os.getpid()
    loaded = None
    broken = None
    if 'file' not in setup:
        os.write(4, b'ready\n')

    def failed(error):
        try:
            text = error.msg if isinstance(error, SyntaxError) else str(error)
        except BaseException:
            text = 'its message cannot be read'
        told = {'type': type(error).__name__, 'message': text[:20000]}
        at = place_of(error, root, setup.get('file'))
        if at is not None:
            told['file'], told['line'] = at
        return told

    while True:
        line = requests.readline()
        if not line:
            return
        number, line = line.split(b' ', 1)
        began = time.perf_counter()
        try:
            request = json.loads(line)
            if 'code' in request:
                function = inline(request)
            else:
                if broken is not None:
                    say(broken)
                    continue
                if loaded is None:
                    try:
                        loaded = load(setup)
                    except BaseException as error:
                        if os.getpid() != own:
                            os._exit(0)
                        broken = {'error': failed(error), 'loading': True}
                        say(broken)
                        continue
                    # From here on it is the users' own time.
                    os.write(4, b'ready\n')
                    began = time.perf_counter()
                function = named(loaded, request['function'])
            value = function(*request['args'])
            if hasattr(value, '__await__'):
                import asyncio
                value = asyncio.run(waited(value))
            if os.getpid() != own:
                os._exit(0)
            text = json.dumps({'value': value}, allow_nan=False)
            if len(text) > limit:
                say({'error': {'type': 'Limit', 'message': 'gave more than %d bytes' % limit}})
                continue
            send(text)
        except BaseException as error:
            if os.getpid() != own:
                os._exit(0)
            say({'error': failed(error)})


async def waited(value):
    return await value


def watch():
    # Where whoever started this is gone, nobody waits for what still runs here: the group ends, user code or not.
    try:
        import faulthandler, select, signal
        faulthandler.register(signal.SIGUSR1, all_threads=True)
        poll = select.poll()
    except (ImportError, AttributeError):
        return
    import os, time, _thread
    poll.register(3, 0)
    def wait():
        while True:
            for _, event in poll.poll():
                if event & (select.POLLHUP | select.POLLERR | select.POLLNVAL):
                    # Time enough to end by itself, where it is between two calls.
                    time.sleep(2)
                    os.killpg(0, signal.SIGKILL)
    _thread.start_new_thread(wait, ())


def load(setup):
    import importlib.util, importlib.machinery, os
    path = setup['file']
    folder = os.path.dirname(path)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    sources = {module['name']: module for module in setup['modules']}

    class Loader(importlib.machinery.SourceFileLoader):
        source = None
        def get_code(self, fullname):
            return compile(self.source, self.path, 'exec', dont_inherit=True)
        def get_source(self, fullname):
            return self.source

    def spec_of(name, path, source):
        loader = Loader(name, path)
        loader.source = source
        package = [os.path.dirname(path)] if os.path.basename(path) == '__init__.py' else None
        return importlib.util.spec_from_file_location(name, path, loader=loader, submodule_search_locations=package)

    class Finder:
        @staticmethod
        def find_spec(name, search=None, target=None):
            module = sources.get(name)
            return None if module is None else spec_of(name, module['file'], module['source'])

    # Where files are searched for, and not before: what is built in, or was imported already, goes first as always.
    at = next((i for i, each in enumerate(sys.meta_path) if each is importlib.machinery.PathFinder), len(sys.meta_path))
    sys.meta_path.insert(at, Finder)
    name = os.path.basename(path).rsplit('.', 1)[0]
    spec = spec_of(name, path, setup['source'])
    spec.submodule_search_locations = None
    module = importlib.util.module_from_spec(spec)
    if name not in sys.modules:
        sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def named(module, function):
    found = module
    for part in function.split('.', 1):
        found = getattr(found, part, None)
        if found is None:
            there = [name for name in vars(module) if callable(getattr(module, name)) and not name.startswith('_')]
            raise AttributeError('there is no function "%s"; there is %s' % (function, ', '.join(there[:8]) or 'none'))
    return found


known = {}

def inline(request):
    key = (request['name'], request['code'], request.get('shape'))
    found = known.get(key)
    if found is None:
        code = request['code']
        if 'shape' in request and not as_written(request):
            raise ValueError('a variable is more than a text or a number in the code: read context["vars"] instead')
        names = {'__name__': 'script', '__builtins__': __builtins__}
        exec(compile(code, request['name'], 'exec', dont_inherit=True), names)
        found = names['main']
        if len(known) >= 500:
            known.clear()
        known[key] = found
    return found


def as_written(request):
    """Whether variables made nothing of the code but other texts and numbers, each only where it stands."""
    import ast

    mark = request['mark']

    class Signed(ast.NodeTransformer):
        def visit_UnaryOp(self, node):
            node = self.generic_visit(node)
            value = node.operand.value if isinstance(node.operand, ast.Constant) else None
            if type(value) not in (int, float) or not isinstance(node.op, (ast.USub, ast.UAdd)):
                return node
            return ast.Constant(-value if isinstance(node.op, ast.USub) else value)

    def same_text(shape, code, mark):
        first, *between, last = shape.split(mark)
        if not code.startswith(first):
            return False
        at = len(first)
        for part in between:
            found = code.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        return len(code) >= at + len(last) and code.endswith(last)

    def same_constant(shape, code):
        if type(shape) is str and mark in shape:
            return type(code) is str and same_text(shape, code, mark)
        if type(shape) is bytes and mark.encode() in shape:
            return type(code) is bytes and same_text(shape, code, mark.encode())
        if type(shape) in (int, float) and mark in repr(shape):
            return type(code) in (int, float) or (type(code) is str and repr(shape) == mark)
        return type(shape) is type(code) and repr(shape) == repr(code)

    def same(shape, code):
        if type(shape) is not type(code):
            return False
        if isinstance(shape, ast.Constant):
            return same_constant(shape.value, code.value)
        if isinstance(shape, ast.JoinedStr) and len(shape.values) != len(code.values):
            # A part that a variable left empty is none.
            parts = [each for each in shape.values if not isinstance(each, ast.Constant) or each.value != mark]
            return same(parts, code.values)
        if isinstance(shape, ast.AST):
            return all(same(getattr(shape, name, None), getattr(code, name, None)) for name in shape._fields)
        if isinstance(shape, list):
            return len(shape) == len(code) and all(map(same, shape, code))
        return shape == code

    def tree_of(code):
        return Signed().visit(ast.parse(code, request['name']))

    code = tree_of(request['code'])
    try:
        return same(tree_of(request['shape']), code)
    except SyntaxError:
        return False


def place_of(error, root, main):
    import os
    inside = root.rstrip(os.sep) + os.sep
    found = None
    if isinstance(error, SyntaxError) and error.filename:
        found = (error.filename, error.lineno or 1)
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        users = name.startswith(inside) and os.sep + 'site-packages' + os.sep not in name
        if name == main or users or name.startswith('<pawl '):
            found = (name, trace.tb_lineno)
        trace = trace.tb_next
    return found


serve()
`;
