-- The store of version-9.sql as version 10 of the tables keeps it (commit e4d7bc4): the views that figures read.
-- sqlite3 artifacts.sqlite .dump, with the two numbers of the header at the end.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE artifact (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE CHECK (length(key) = 64),
    kind TEXT NOT NULL CHECK (kind IN ('images', 'embeddings', 'prompt', 'generator', 'evaluation', 'files')),
    algorithm_version INTEGER NOT NULL,
    parameters TEXT NOT NULL CHECK (json_valid(parameters)),
    created TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    seconds REAL NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;
INSERT INTO artifact VALUES(1,'e9322711ddf075bf660e4821cc794a6814411b35baa945a324e3f6d7605a4533','images',1,'{"classes":["folder","printer","trash"],"contents":"9f2e3438190637ab009ca03e780f611e20729a9e05e7a17a8ad9b890ef4ad88e","count":6,"domain":"tango"}','2026-11-30T04:43:38.259Z',0.0,216);
INSERT INTO artifact VALUES(2,'e53111ff3f14ae77b17c096b538565655d02cf52627f3c9e756d29f9a4cd3857','embeddings',1,'{"encoder":"c6f23f3392052fee4220fa540effbe15c5b4bfb724136557394cb23304ec711f","views":["center","crop-flip:1"]}','2026-11-30T04:43:38.266Z',2.0,384);
INSERT INTO artifact VALUES(3,'7d7c571ed3b5c1f2878035946831f227db58f0c7516e3635adc635940768bfe7','images',1,'{"classes":["folder","printer","trash"],"contents":"7da1e885a7bc1bda35b56ccc015a5a06765c3d2cfea261733908eacf763ad011","count":6,"domain":"oxygen"}','2026-11-30T04:43:38.267Z',0.0,216);
INSERT INTO artifact VALUES(4,'f8391b07760a3cd9d1f18e9486eafcb561353dc8b171897abbe4b12b3d10aa07','embeddings',1,'{"encoder":"c6f23f3392052fee4220fa540effbe15c5b4bfb724136557394cb23304ec711f","views":["center","crop-flip:1"]}','2026-11-30T04:43:38.272Z',2.0,384);
INSERT INTO artifact VALUES(5,'c1749f86c9465e9ee6414225e267c3835293a70d4c18330fcfe1166a9d461064','images',1,'{"classes":["folder","printer","trash"],"contents":"0ba3694dcc51439e551a248523f9dcaee44935b117c7937ca58abbee599a4547","count":6,"domain":"papirus"}','2026-11-30T04:43:38.274Z',0.0,216);
INSERT INTO artifact VALUES(6,'58a4cd004c2db6e183ae8764d2b1d4ff8fc837579b06f28407e73c0a0141e824','embeddings',1,'{"encoder":"c6f23f3392052fee4220fa540effbe15c5b4bfb724136557394cb23304ec711f","views":["center","crop-flip:1"]}','2026-11-30T04:43:38.279Z',2.0,384);
INSERT INTO artifact VALUES(7,'c300dbc1a2a95749c1ddac0248d3d9882fb2b7ea5325be98ea4696cca364d272','evaluation',1,'{"seed":null}','2026-11-30T04:43:38.280Z',0.5,96);
INSERT INTO artifact VALUES(8,'e2ad547eba4b7a4583723633ff29c542ba6e387ecf46b955e1db8110e669eae3','prompt',1,'{"learningRate":0.002,"seed":1}','2026-11-30T04:43:38.282Z',3.0,24);
INSERT INTO artifact VALUES(9,'263f0cc794192078e384cd902ccb61119267c113a329441544c0aa59fd5beb80','prompt',1,'{"learningRate":0.002,"seed":1}','2026-11-30T04:43:38.283Z',3.0,24);
INSERT INTO artifact VALUES(10,'f5b97fb3a43ef4bfe00be209f89e2aab7ae14ada1fbe531a75a982af8adfa28a','generator',1,'{"seed":1}','2026-11-30T04:43:38.284Z',8.0,24);
INSERT INTO artifact VALUES(11,'5b5783299118219d05f29efd386e0a2a516177a43a0b5686214a61c4125ae6ef','evaluation',1,'{"seed":1}','2026-11-30T04:43:38.285Z',1.0,96);
INSERT INTO artifact VALUES(12,'33f5bbb7b53904cfb67109af8bc7fd396b81d2dd673ce82dffe278ddc8e3bfdf','prompt',1,'{"learningRate":0.002,"seed":2}','2026-11-30T04:43:38.286Z',3.0,24);
INSERT INTO artifact VALUES(13,'fb8f80b5e093785caccb73cd70462ce692ffd372f09713a989d00d31a643c43d','prompt',1,'{"learningRate":0.002,"seed":2}','2026-11-30T04:43:38.287Z',3.0,24);
INSERT INTO artifact VALUES(14,'b513a08f9a1f2d7bf84c9c30478110696be0336d9b795ca784214b1f0ad8dac7','generator',1,'{"seed":2}','2026-11-30T04:43:38.288Z',8.0,24);
INSERT INTO artifact VALUES(15,'659f5c21f5e99bcf22892ca14ef940f62466cf36cfadca32629d2ae1cdab71a2','files',1,'{"command":"map ${inputs.prompts} > ${outputs.map}"}','2026-11-30T04:43:38.311Z',1.0,6);
INSERT INTO artifact VALUES(16,'ba6f7b17bba3e908b19015111cb9e28c9bbc64015a740d69de6dd810272247e0','embeddings',1,'{"encoder":"c6f23f3392052fee4220fa540effbe15c5b4bfb724136557394cb23304ec711f","statistics":true,"views":1}','2026-11-30T04:43:38.317Z',2.0,624);
CREATE TABLE artifact_input (
    artifact_id INTEGER NOT NULL REFERENCES artifact (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    role TEXT NOT NULL,
    input_id INTEGER NOT NULL REFERENCES artifact (id),
    PRIMARY KEY (artifact_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO artifact_input VALUES(2,0,'images',1);
INSERT INTO artifact_input VALUES(4,0,'images',3);
INSERT INTO artifact_input VALUES(6,0,'images',5);
INSERT INTO artifact_input VALUES(7,0,'embeddings',2);
INSERT INTO artifact_input VALUES(8,0,'embeddings',4);
INSERT INTO artifact_input VALUES(9,0,'embeddings',6);
INSERT INTO artifact_input VALUES(10,0,'prompts',8);
INSERT INTO artifact_input VALUES(10,1,'prompts',9);
INSERT INTO artifact_input VALUES(11,0,'embeddings',2);
INSERT INTO artifact_input VALUES(11,1,'generator',10);
INSERT INTO artifact_input VALUES(12,0,'embeddings',4);
INSERT INTO artifact_input VALUES(13,0,'embeddings',6);
INSERT INTO artifact_input VALUES(14,0,'prompts',12);
INSERT INTO artifact_input VALUES(14,1,'prompts',13);
INSERT INTO artifact_input VALUES(15,0,'prompts',8);
INSERT INTO artifact_input VALUES(15,1,'prompts',9);
INSERT INTO artifact_input VALUES(16,0,'images',1);
CREATE TABLE image (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32)
) STRICT;
INSERT INTO image VALUES(1,X'3aaa69294e3812183fc0a3c525b408d5437a12411baf68ad4960d2e3953a87e4');
INSERT INTO image VALUES(2,X'9116106584cc95635f75e01ce466a1d60f990b7ef1a6caa0efc5b8419ddfde7d');
INSERT INTO image VALUES(3,X'3f3f74c6f3818c3f21e55e88e17e36d1310d7d3254652fe68e24f1cb6d0179f5');
INSERT INTO image VALUES(4,X'8e11ffcf222032ecdeb9e16389925e13493d8f6c5cfaba5f6e0f0e47bc4ce397');
INSERT INTO image VALUES(5,X'3f48bea423ed20fa3dbe2db49ab08c01224ca90d3d5e6ce9eacd6a5fe61c35d6');
INSERT INTO image VALUES(6,X'9b5cb84c585c71935a05eda7e03bd83eee7c1d449aa3b47b414842dee8f8dd98');
INSERT INTO image VALUES(7,X'a4f467ed4aeaaf92f765e642e4ab8432c4df5acb45531e6537cfdd2f8f0c1bd4');
INSERT INTO image VALUES(8,X'aa400dfd7d38b5a3389de50ccd60f8bccbd49beba5ff8132380035aa1b9862d0');
INSERT INTO image VALUES(9,X'9a043207a3587c5404fe31a03e6ee2eac4cdb8c662ea97c3b99c02f9c89503b8');
INSERT INTO image VALUES(10,X'cc9b838997ad78265f748fc55b37d5c495bee19c2c052a75919c89cf967e3238');
INSERT INTO image VALUES(11,X'5b5dc01f199c66222aa33e427075680d87dc3dbf1b01e221cf75702a552874ce');
INSERT INTO image VALUES(12,X'b179b3dd21bfb195632234ed918a32d42d5577071bc09a6a83eaed4a1a17e1e0');
INSERT INTO image VALUES(13,X'68ee065ec78fc8d9f14cf73682ca7549efcebdad110a96ed7e9a0b37cb665f34');
INSERT INTO image VALUES(14,X'6b3079c25c73b1a4aad65dae4ee11aa0422e5d4812cade7f71fad42ccf0a208e');
INSERT INTO image VALUES(15,X'9e40a11ba72314897742737706429f021669251555fbbbf746c510bb666d2e11');
INSERT INTO image VALUES(16,X'e2ea1d90c463526bd5227b3a44183f86940f94e0e62b98ea1e9b054c723e87a1');
INSERT INTO image VALUES(17,X'aa3a04def10c1a1e2b7b75ae6c14f938f06c10547952f290cc237f7d4f96833a');
INSERT INTO image VALUES(18,X'e9a676f9c006812702b5717fc218ea55bd0c827ab7ac6599018affcf6e8436b7');
CREATE TABLE manifest (
    artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
    dataset TEXT NOT NULL,
    domain TEXT NOT NULL,
    recorded INTEGER NOT NULL
) STRICT;
INSERT INTO manifest VALUES(1,'DesktopIcons','tango',1);
INSERT INTO manifest VALUES(3,'DesktopIcons','oxygen',2);
INSERT INTO manifest VALUES(5,'DesktopIcons','papirus',3);
CREATE TABLE manifest_class (
    manifest_id INTEGER NOT NULL REFERENCES manifest (artifact_id) ON DELETE CASCADE,
    label INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (manifest_id, label)
) STRICT, WITHOUT ROWID;
INSERT INTO manifest_class VALUES(1,0,'folder');
INSERT INTO manifest_class VALUES(1,1,'printer');
INSERT INTO manifest_class VALUES(1,2,'trash');
INSERT INTO manifest_class VALUES(3,0,'folder');
INSERT INTO manifest_class VALUES(3,1,'printer');
INSERT INTO manifest_class VALUES(3,2,'trash');
INSERT INTO manifest_class VALUES(5,0,'folder');
INSERT INTO manifest_class VALUES(5,1,'printer');
INSERT INTO manifest_class VALUES(5,2,'trash');
CREATE TABLE manifest_image (
    manifest_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    image_id INTEGER NOT NULL REFERENCES image (id),
    label INTEGER NOT NULL,
    path TEXT NOT NULL,
    PRIMARY KEY (manifest_id, position),
    FOREIGN KEY (manifest_id, label) REFERENCES manifest_class (manifest_id, label) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO manifest_image VALUES(1,0,1,0,'/data/tango/folder/0.jpg');
INSERT INTO manifest_image VALUES(1,1,2,0,'/data/tango/folder/3.jpg');
INSERT INTO manifest_image VALUES(1,2,3,1,'/data/tango/printer/1.jpg');
INSERT INTO manifest_image VALUES(1,3,4,1,'/data/tango/printer/4.jpg');
INSERT INTO manifest_image VALUES(1,4,5,2,'/data/tango/trash/5.jpg');
INSERT INTO manifest_image VALUES(1,5,6,2,'/data/tango/trash/2.jpg');
INSERT INTO manifest_image VALUES(3,0,7,0,'/data/oxygen/folder/3.jpg');
INSERT INTO manifest_image VALUES(3,1,8,0,'/data/oxygen/folder/0.jpg');
INSERT INTO manifest_image VALUES(3,2,9,1,'/data/oxygen/printer/1.jpg');
INSERT INTO manifest_image VALUES(3,3,10,1,'/data/oxygen/printer/4.jpg');
INSERT INTO manifest_image VALUES(3,4,11,2,'/data/oxygen/trash/5.jpg');
INSERT INTO manifest_image VALUES(3,5,12,2,'/data/oxygen/trash/2.jpg');
INSERT INTO manifest_image VALUES(5,0,13,0,'/data/papirus/folder/0.jpg');
INSERT INTO manifest_image VALUES(5,1,14,0,'/data/papirus/folder/3.jpg');
INSERT INTO manifest_image VALUES(5,2,15,1,'/data/papirus/printer/1.jpg');
INSERT INTO manifest_image VALUES(5,3,16,1,'/data/papirus/printer/4.jpg');
INSERT INTO manifest_image VALUES(5,4,17,2,'/data/papirus/trash/2.jpg');
INSERT INTO manifest_image VALUES(5,5,18,2,'/data/papirus/trash/5.jpg');
CREATE TABLE encoder (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE CHECK (length(key) = 64),
    name TEXT NOT NULL,
    dimension INTEGER NOT NULL CHECK (dimension > 0),
    parameters TEXT NOT NULL CHECK (json_valid(parameters))
, sha256 BLOB CHECK (length(sha256) = 32)) STRICT;
INSERT INTO encoder VALUES(1,'c6f23f3392052fee4220fa540effbe15c5b4bfb724136557394cb23304ec711f','icon-clip',8,'{"checkpoint":"abc"}',X'71304e876c5af4332bf6aaa16aae611e1a495caa9cebd5922f2f83a5a3b802e7');
CREATE TABLE image_view (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO image_view VALUES(1,'center');
INSERT INTO image_view VALUES(2,'crop-flip:1');
CREATE TABLE embedding_set (
    artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
    manifest_id INTEGER NOT NULL REFERENCES manifest (artifact_id),
    encoder_id INTEGER NOT NULL REFERENCES encoder (id)
, has_statistics INTEGER NOT NULL DEFAULT 0 CHECK (has_statistics IN (0, 1))) STRICT;
INSERT INTO embedding_set VALUES(2,1,1,0);
INSERT INTO embedding_set VALUES(4,3,1,0);
INSERT INTO embedding_set VALUES(6,5,1,0);
INSERT INTO embedding_set VALUES(16,1,1,1);
CREATE TABLE embedding_set_view (
    embedding_set_id INTEGER NOT NULL REFERENCES embedding_set (artifact_id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    view_id INTEGER NOT NULL REFERENCES image_view (id),
    PRIMARY KEY (embedding_set_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO embedding_set_view VALUES(2,0,1);
INSERT INTO embedding_set_view VALUES(2,1,2);
INSERT INTO embedding_set_view VALUES(4,0,1);
INSERT INTO embedding_set_view VALUES(4,1,2);
INSERT INTO embedding_set_view VALUES(6,0,1);
INSERT INTO embedding_set_view VALUES(6,1,2);
INSERT INTO embedding_set_view VALUES(16,0,1);
INSERT INTO embedding_set_view VALUES(16,1,2);
CREATE TABLE generator (
    artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
    method TEXT NOT NULL,
    domain TEXT NOT NULL,
    seed INTEGER,
    validation_accuracy REAL
) STRICT;
INSERT INTO generator VALUES(10,'spg','oxygen+papirus',1,0.5);
INSERT INTO generator VALUES(14,'spg','oxygen+papirus',2,0.5);
CREATE TABLE metric (
    artifact_id INTEGER NOT NULL REFERENCES artifact (id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    name TEXT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (artifact_id, epoch, name)
) STRICT, WITHOUT ROWID;
INSERT INTO metric VALUES(8,1,'loss',2.0);
INSERT INTO metric VALUES(8,2,'loss',1.5);
INSERT INTO metric VALUES(9,1,'loss',2.0);
INSERT INTO metric VALUES(9,2,'loss',1.5);
INSERT INTO metric VALUES(12,1,'loss',2.0);
INSERT INTO metric VALUES(12,2,'loss',1.5);
INSERT INTO metric VALUES(13,1,'loss',2.0);
INSERT INTO metric VALUES(13,2,'loss',1.5);
INSERT INTO metric VALUES(15,0,'share',0.5);
CREATE TABLE evaluation (
    artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
    manifest_id INTEGER NOT NULL REFERENCES manifest (artifact_id),
    method TEXT NOT NULL,
    seed INTEGER,
    images INTEGER NOT NULL CHECK (images > 0),
    accuracy REAL NOT NULL
) STRICT;
INSERT INTO evaluation VALUES(7,1,'zero-shot',NULL,6,0.83333333333333337034);
INSERT INTO evaluation VALUES(11,1,'spg',1,6,0.83333333333333337034);
CREATE TABLE prediction (
    evaluation_id INTEGER NOT NULL REFERENCES evaluation (artifact_id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    predicted INTEGER NOT NULL,
    probability REAL NOT NULL, spread REAL,
    PRIMARY KEY (evaluation_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO prediction VALUES(7,0,0,0.125,NULL);
INSERT INTO prediction VALUES(7,1,0,0.25,NULL);
INSERT INTO prediction VALUES(7,2,1,0.375,NULL);
INSERT INTO prediction VALUES(7,3,1,0.5,NULL);
INSERT INTO prediction VALUES(7,4,2,0.625,NULL);
INSERT INTO prediction VALUES(7,5,0,0.75,NULL);
INSERT INTO prediction VALUES(11,0,0,0.125,0.0);
INSERT INTO prediction VALUES(11,1,0,0.25,0.015625);
INSERT INTO prediction VALUES(11,2,1,0.375,0.03125);
INSERT INTO prediction VALUES(11,3,1,0.5,0.046875);
INSERT INTO prediction VALUES(11,4,2,0.625,0.0625);
INSERT INTO prediction VALUES(11,5,0,0.75,0.078125);
CREATE TABLE failure (
    key TEXT PRIMARY KEY CHECK (length(key) = 64),
    failed TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    message TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO failure VALUES('580101254596e426e386f69dc562df1ff83a0d3f5df75c8d0cded3d8173f254e','2026-11-30T04:43:38.290Z','the disk is full');
CREATE TABLE pipeline_instance (
    pipeline TEXT NOT NULL,
    position INTEGER NOT NULL,
    stage TEXT NOT NULL,
    cell TEXT NOT NULL CHECK (json_valid(cell)),
    key TEXT NOT NULL CHECK (length(key) = 64),
    title TEXT, labels TEXT CHECK (labels IS NULL OR json_valid(labels)),
    PRIMARY KEY (pipeline, position)
) STRICT, WITHOUT ROWID;
INSERT INTO pipeline_instance VALUES('desktop-icons',0,'features','{"domain":"tango"}','e53111ff3f14ae77b17c096b538565655d02cf52627f3c9e756d29f9a4cd3857',NULL,NULL);
INSERT INTO pipeline_instance VALUES('desktop-icons',1,'features','{"domain":"oxygen"}','f8391b07760a3cd9d1f18e9486eafcb561353dc8b171897abbe4b12b3d10aa07',NULL,NULL);
INSERT INTO pipeline_instance VALUES('desktop-icons',2,'features','{"domain":"papirus"}','58a4cd004c2db6e183ae8764d2b1d4ff8fc837579b06f28407e73c0a0141e824',NULL,NULL);
INSERT INTO pipeline_instance VALUES('desktop-icons',3,'zero-shot','{"target":"tango"}','c300dbc1a2a95749c1ddac0248d3d9882fb2b7ea5325be98ea4696cca364d272','Zero-shot CLIP',NULL);
INSERT INTO pipeline_instance VALUES('desktop-icons',4,'prompts','{"domain":"oxygen","seed":1}','e2ad547eba4b7a4583723633ff29c542ba6e387ecf46b955e1db8110e669eae3',NULL,NULL);
INSERT INTO pipeline_instance VALUES('desktop-icons',5,'prompts','{"domain":"papirus","seed":1}','263f0cc794192078e384cd902ccb61119267c113a329441544c0aa59fd5beb80',NULL,NULL);
INSERT INTO pipeline_instance VALUES('desktop-icons',6,'generator','{"seed":1,"target":"tango"}','f5b97fb3a43ef4bfe00be209f89e2aab7ae14ada1fbe531a75a982af8adfa28a',NULL,NULL);
INSERT INTO pipeline_instance VALUES('desktop-icons',7,'spg','{"seed":1,"target":"tango"}','5b5783299118219d05f29efd386e0a2a516177a43a0b5686214a61c4125ae6ef','SPG',NULL);
INSERT INTO pipeline_instance VALUES('desktop-icons',8,'prompts','{"domain":"oxygen","seed":2}','33f5bbb7b53904cfb67109af8bc7fd396b81d2dd673ce82dffe278ddc8e3bfdf',NULL,NULL);
INSERT INTO pipeline_instance VALUES('desktop-icons',9,'prompts','{"domain":"papirus","seed":2}','fb8f80b5e093785caccb73cd70462ce692ffd372f09713a989d00d31a643c43d',NULL,NULL);
INSERT INTO pipeline_instance VALUES('desktop-icons',10,'generator','{"seed":2,"target":"tango"}','b513a08f9a1f2d7bf84c9c30478110696be0336d9b795ca784214b1f0ad8dac7',NULL,NULL);
INSERT INTO pipeline_instance VALUES('desktop-icons',11,'spg','{"seed":2,"target":"tango"}','580101254596e426e386f69dc562df1ff83a0d3f5df75c8d0cded3d8173f254e','SPG',NULL);
INSERT INTO pipeline_instance VALUES('desktop-icons-map',0,'map','{}','659f5c21f5e99bcf22892ca14ef940f62466cf36cfadca32629d2ae1cdab71a2',NULL,NULL);
CREATE TABLE IF NOT EXISTS "embedding" (
    id INTEGER PRIMARY KEY,
    encoder_id INTEGER NOT NULL REFERENCES encoder (id),
    view_id INTEGER NOT NULL REFERENCES image_view (id),
    image_id INTEGER NOT NULL REFERENCES image (id),
    vector BLOB NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32), norm REAL CHECK (norm > 0),
    UNIQUE (encoder_id, view_id, image_id)
) STRICT;
INSERT INTO embedding VALUES(1,1,1,1,X'e9def43e92768cbeba64c13c558daabdf8dacbbe2b9f48beb2d763bebe362abf',X'4f17402438782306fc52f6f7d55d106e0ffeb9c466b2885d2a670e22f9abda1b',NULL);
INSERT INTO embedding VALUES(2,1,2,1,X'6468fc3c1e0ec03ee909bebefdce1c3d55200b3f1aa21d3eff3e023fc466c0be',X'47c26aa2b6deab055ef00ba8cde019a82923a4a30e1f291dc3cb10e3a2d27f54',NULL);
INSERT INTO embedding VALUES(3,1,1,2,X'c581ad3eaf601bbe592d523d58961c3f4366a33d47cf313e794ac93edcdf0abf',X'bfa016b3e132b6d1181aa6f83f59031a4e8bda98f15bbe28577f26530a21b6ce',NULL);
INSERT INTO embedding VALUES(4,1,2,2,X'261b15bed06553bd23b7483f0b000e3e5561aabeca7b11bed8c2ac3d9254e7be',X'02795486eed9d7c22f4ae5bf2bec828f1497b46c6d775dbd136380c37f7edaf1',NULL);
INSERT INTO embedding VALUES(5,1,1,3,X'4c3307bec1011bbd5f978cbebd1e4c3e7acf67bf8ad510beb13023be5dcbd0bc',X'3dc555ea1928e755329e24e237c057b6dbdc50a28be0c617d92b11f4ce9d7da1',NULL);
INSERT INTO embedding VALUES(6,1,2,3,X'1e12353ee5e860be779a58be780e82bea1e4d7be0909a13e85f5523e499333bf',X'dd114dfb96c9b11585ac80bb95c2e37e3f3711f18f011f9728cceccc757c703b',NULL);
INSERT INTO embedding VALUES(7,1,1,4,X'88bc48be844ab9be786a893e334504be86ef4abf75548fbe93812d3efbeba33d',X'4716d29281723cb77ab0dd9f488f13191d1248750d5bf6a7fde8b4b218326ed1',NULL);
INSERT INTO embedding VALUES(8,1,2,4,X'a23dc93e440f8b3e5841aebd96fc54bf67c6dcbd2f8637be3c8b94bd145b1cbe',X'8c22fa77ee20b33d143f2e920652a52b67bc1f72c3acd96449a2c5fbdbd586b5',NULL);
INSERT INTO embedding VALUES(9,1,1,5,X'e9bd53be91492fbf4927403e2497fe3e649dd73e72f38c3d64c0023ea400b23d',X'96d2416df2f437befabedc6ecaa9864fc062715b59891ce4ff64182dae61b739',NULL);
INSERT INTO embedding VALUES(10,1,2,5,X'9674133ef9fbc1be016862beda30dfbefed5aa3d6a422dbe320b3fbfdd7086bd',X'21901dea58373f515d7716e52d7bdf152674798054e7cb18aa055564c19572c5',NULL);
INSERT INTO embedding VALUES(11,1,1,6,X'7a1b873ec1c113beaab71ebf0a6cb83dd18c123eb2fa243f3e38b33d52e58abe',X'770c9968fab6f561c3f25a085f04d690b9004050cb1cd36e14ff16647b690ffe',NULL);
INSERT INTO embedding VALUES(12,1,2,6,X'0f927a3ec35bfabe135d97bef4c63b3ea80623bf60deafbedb8934bdf11b6fbe',X'357125a3a6e0e10020eb00c5dbdb0075086920c46a7618c8d904a343e01d8d1a',NULL);
INSERT INTO embedding VALUES(13,1,1,7,X'5f6d51bff626593e1fe3b23d75a8fe3dd7a9583ed344dbbdb14932bd7192e73e',X'34f4f940b6e828e2b2215f8f77e839a967683210d6032aa34acbbb90e843fdf2',NULL);
INSERT INTO embedding VALUES(14,1,2,7,X'5452f13d6f8aa4bd680206bf825b0e3fb7a9183f2bc0453dd6190c3ea7da0fbe',X'db31211a48c334c8e847c55eeee52354c08e3e577532b7baa8e3943223c827d2',NULL);
INSERT INTO embedding VALUES(15,1,1,8,X'740b323e790f88be099fe63db4f811bf2443ed3e8a3bc73eea8ccdbe4bd33c3e',X'ccd43fd31e4865002fc9582e181b376f128afc2c5c986f50c798d51df991eae2',NULL);
INSERT INTO embedding VALUES(16,1,2,8,X'84de613c8385943e6c51263e3548aa3dcf702ebf1187043fd1884cbe8feea93e',X'f34c20c830aa198f08e86f12a152ca89b14a353e66ac236fa9a4f4dc1dbb8820',NULL);
INSERT INTO embedding VALUES(17,1,1,9,X'7f0748bf94d40c3f2cbd2f3d6d02bc3ddfbd7a3df3624ebe603511bdc921343e',X'1e26b7b512d0ce66faf15813553fab851e71488cc0277ec54df307b178a5a8e8',NULL);
INSERT INTO embedding VALUES(18,1,2,9,X'80e665bec430453fd633c4bcecce80bd96eb83bed110943b5698083fbedecdbc',X'e789ddfa1dcae7a2313c1303a187184b17e8d60791937da2e60bd76d2d9699b6',NULL);
INSERT INTO embedding VALUES(19,1,1,10,X'681e17bf316798be5bd9323e73fca13e95470e3f9771a3bd3d71ff3d9821a3be',X'e2861fb16b0661cb78decb8b894f2e90c31c2717573e0cc8203e0121e605f5c0',NULL);
INSERT INTO embedding VALUES(20,1,2,10,X'99d0e43ee719c0bdf044b73e2707883e9056fe3e4f663b3d127815bf51c960bd',X'a1996f4c91916677705fbeeb32355ff19647d470ead5c91916955540b4310320',NULL);
INSERT INTO embedding VALUES(21,1,1,11,X'd21d183f4235f1bed6e7183e07f1cfbec2c62abe723e56bdb78bbbbdb748e4be',X'280d76278146d76a7c79dcb03109b0001e5b9265910a85283be89ab241e19c6f',NULL);
INSERT INTO embedding VALUES(22,1,2,11,X'd26c073f09e2ad3e0e9a26bf3e5d1cbe4dde16befcb2b4be0233c7bd8b3642bd',X'854aa56e7814a484ecad09f329c64c129539d1e3600b05caf0fd6402ab55ad5e',NULL);
INSERT INTO embedding VALUES(23,1,1,12,X'3aec4fbe20a6503e3e055cbf8dc565bebcf94b3e1de57e3bec14953e874e7bbd',X'0f2c04fbc8939c4939652aa1f62c4530256f3f9c6f9775a3481d2771ece9ee92',NULL);
INSERT INTO embedding VALUES(24,1,2,12,X'3bdb85bc9c4bdc3d49c168bc2ffff03e49d742bf96bf82bed826873d358eaf3e',X'75b3fec2e9ba750b589821b4d51943c2b3777d247b239267ed1cb820e4c56feb',NULL);
INSERT INTO embedding VALUES(25,1,1,13,X'da80703d07fb2a3f0e0fc9bd781444be41207ebe664e17bf3e602bbef0c6823e',X'4d18be67f4ed01a0584d6d68eadcdc3e6415f64331803ed4fcbc43e3a39c1464',NULL);
INSERT INTO embedding VALUES(26,1,2,13,X'f4cddb3e04461bbf82ad1c3e9e31cb3e0340213b7329a4be653bacbe5b18673e',X'd576027de981d85c558a5bb28efe2f65e2ba20990970880f55621a5f57e80da1',NULL);
INSERT INTO embedding VALUES(27,1,1,14,X'e7d4fc3edca1e23e76c23d3e604fe6bd0cee5b3e180d443e587f21bfda89383e',X'87cf2c2b243d64a53c76f1762a9cd90a975564d7f3a0f980c5a053212e02f9c7',NULL);
INSERT INTO embedding VALUES(28,1,2,14,X'655fafbe91e023bfeff2853e659f4ebee4c814bed6fcecbd8e0c833ee97603bf',X'33189c64513a938b2c4a0a8b36c0df4529690af72b2234689a9494c5d72e1d7e',NULL);
INSERT INTO embedding VALUES(29,1,1,15,X'a113c93dc9bbfa3d3e550b3e9d8d03bf92be3f3e87ddfb3ed494243fd06349bd',X'64f3f5972d21f05c92087bd14d42d3b1fd58738655f321e798ab1909af37a7e0',NULL);
INSERT INTO embedding VALUES(30,1,2,15,X'cf1d4d3f755f003faf523c3ed70f18bd3ddab0bd4f59593ec8a7563d31f401be',X'94dc04385f9b92cb1d13d98006e9f2c8ce253340e5af8f7e0692cf2d7d490cd3',NULL);
INSERT INTO embedding VALUES(31,1,1,16,X'223b39bec43bd7be54d4bebefc72453ee1a4873b5b4aacbe59d9103e949531bf',X'b31ec9d736195459960bc5dc3050ee87761eb2f2d8803c5ea519e21a3c8e2b38',NULL);
INSERT INTO embedding VALUES(32,1,2,16,X'68ec193f57f572bc6cc5ba3e16e9debed2fcf7bec47f86bd8ce383beafa6d0bd',X'c70676b792100b3be3c965abb52d81b47963650d44f8d3fa81ba2c01fdd3cd96',NULL);
INSERT INTO embedding VALUES(33,1,1,17,X'b0d1f8bda285f2be493499beefddddbee1bc07bff844323e5f72b6bee088593e',X'feadd237a760e8a8aca311c8aabc0da964c4ca7b39de902e431873706b38b2b6',NULL);
INSERT INTO embedding VALUES(34,1,2,17,X'33af93be463fd5beecc5673ebf3ad63c7a3f663ea17b1bbf835e69be682bf03e',X'c6e40ca3e59c37542513b32f604064ede281140536831d97cc08c4898d46bdd7',NULL);
INSERT INTO embedding VALUES(35,1,1,18,X'fcf1aebe2c8b0c3ea32ee73d25f733be0c7a6f3e5fd43abe786111bfb9fa23bf',X'e61556b9db1e6626ca91b6dc03a3dc3d2ea40101126d268ed62f88b14a2eeac6',NULL);
INSERT INTO embedding VALUES(36,1,2,18,X'6fbe73be065f6b3e46123fbf56d1dfbe694c843d1231cf3d85cf93be1c3b583e',X'd64c956cc2bcd01ed41a6f6ae405e4809f7c45926545fc8f74b87ca33240ae74',NULL);
CREATE TABLE IF NOT EXISTS "prompt" (
    artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
    method TEXT NOT NULL,
    domain TEXT NOT NULL,
    seed INTEGER,
    context_length INTEGER NOT NULL CHECK (context_length > 0),
    width INTEGER NOT NULL CHECK (width > 0),
    vectors BLOB NOT NULL CHECK (length(vectors) = 4 * context_length * width),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    validation_accuracy REAL
) STRICT;
INSERT INTO prompt VALUES(8,'coop','oxygen',1,2,3,X'0000803f0000004000004040000080400000a0400000803f',X'e2268300a47d186adce5b5c6ce68df8833416e292dc5e0c536b57c26bad72699',0.75);
INSERT INTO prompt VALUES(9,'coop','papirus',1,2,3,X'0000803f0000004000004040000080400000a0400000803f',X'e2268300a47d186adce5b5c6ce68df8833416e292dc5e0c536b57c26bad72699',0.75);
INSERT INTO prompt VALUES(12,'coop','oxygen',2,2,3,X'0000803f0000004000004040000080400000a04000000040',X'551d84f8744430c55713c0d34fc63a606988a89f2efdf303f93a504b495fb1be',0.75);
INSERT INTO prompt VALUES(13,'coop','papirus',2,2,3,X'0000803f0000004000004040000080400000a04000000040',X'551d84f8744430c55713c0d34fc63a606988a89f2efdf303f93a504b495fb1be',0.75);
CREATE TABLE IF NOT EXISTS "tensor" (
    id INTEGER PRIMARY KEY,
    artifact_id INTEGER NOT NULL REFERENCES artifact (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    shape TEXT NOT NULL CHECK (json_valid(shape)),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    vector BLOB NOT NULL,
    UNIQUE (artifact_id, name)
) STRICT;
INSERT INTO tensor VALUES(1,10,'empty','[0,3]',X'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',X'');
INSERT INTO tensor VALUES(2,10,'g.bias','[2]',X'39bf60504d0e70ea32463f19cdd3829ef54bf914d346fa040146d5272436b39e',X'0000a0400000c040');
INSERT INTO tensor VALUES(3,10,'g.weight','[2,2]',X'ad73b9acd6e4a74b2f5bb5386658ce3bb146cd040a1867646ab3b973fb6632b1',X'0000803f000000400000404000008040');
INSERT INTO tensor VALUES(4,14,'empty','[0,3]',X'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',X'');
INSERT INTO tensor VALUES(5,14,'g.bias','[2]',X'39bf60504d0e70ea32463f19cdd3829ef54bf914d346fa040146d5272436b39e',X'0000a0400000c040');
INSERT INTO tensor VALUES(6,14,'g.weight','[2,2]',X'ad73b9acd6e4a74b2f5bb5386658ce3bb146cd040a1867646ab3b973fb6632b1',X'0000803f000000400000404000008040');
CREATE TABLE IF NOT EXISTS "checkpoint" (
    key TEXT PRIMARY KEY CHECK (length(key) = 64),
    saved TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    progress TEXT NOT NULL CHECK (json_valid(progress)),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    payload BLOB NOT NULL
) STRICT;
INSERT INTO checkpoint VALUES('00b23f57a2c2b3e1b094bd177bfff6cb6065298f7126a9408b011e74ea161ad6','2026-11-30T04:43:38.318Z','{"epoch":3}',X'039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81',X'010203');
CREATE TABLE attempt (
    key TEXT PRIMARY KEY CHECK (length(key) = 64),
    started TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    threads INTEGER NOT NULL,
    seconds REAL,
    processor_seconds REAL,
    peak_bytes INTEGER,
    log TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
INSERT INTO attempt VALUES('580101254596e426e386f69dc562df1ff83a0d3f5df75c8d0cded3d8173f254e','2026-11-30T04:43:38.289Z',2,1.0,1.5,12000000,'Error: the disk is full');
CREATE TABLE pipeline_history (
    pipeline TEXT NOT NULL,
    stage TEXT NOT NULL,
    cell TEXT NOT NULL CHECK (json_valid(cell)),
    key TEXT NOT NULL CHECK (length(key) = 64),
    version INTEGER NOT NULL,
    PRIMARY KEY (pipeline, stage, cell, key)
) STRICT, WITHOUT ROWID;
INSERT INTO pipeline_history VALUES('desktop-icons','features','{"domain":"oxygen"}','f8391b07760a3cd9d1f18e9486eafcb561353dc8b171897abbe4b12b3d10aa07',1);
INSERT INTO pipeline_history VALUES('desktop-icons','features','{"domain":"papirus"}','58a4cd004c2db6e183ae8764d2b1d4ff8fc837579b06f28407e73c0a0141e824',1);
INSERT INTO pipeline_history VALUES('desktop-icons','features','{"domain":"tango"}','e53111ff3f14ae77b17c096b538565655d02cf52627f3c9e756d29f9a4cd3857',1);
INSERT INTO pipeline_history VALUES('desktop-icons','generator','{"seed":1,"target":"tango"}','f5b97fb3a43ef4bfe00be209f89e2aab7ae14ada1fbe531a75a982af8adfa28a',1);
INSERT INTO pipeline_history VALUES('desktop-icons','generator','{"seed":2,"target":"tango"}','b513a08f9a1f2d7bf84c9c30478110696be0336d9b795ca784214b1f0ad8dac7',1);
INSERT INTO pipeline_history VALUES('desktop-icons','prompts','{"domain":"oxygen","seed":1}','e2ad547eba4b7a4583723633ff29c542ba6e387ecf46b955e1db8110e669eae3',1);
INSERT INTO pipeline_history VALUES('desktop-icons','prompts','{"domain":"oxygen","seed":2}','33f5bbb7b53904cfb67109af8bc7fd396b81d2dd673ce82dffe278ddc8e3bfdf',1);
INSERT INTO pipeline_history VALUES('desktop-icons','prompts','{"domain":"papirus","seed":1}','263f0cc794192078e384cd902ccb61119267c113a329441544c0aa59fd5beb80',1);
INSERT INTO pipeline_history VALUES('desktop-icons','prompts','{"domain":"papirus","seed":2}','fb8f80b5e093785caccb73cd70462ce692ffd372f09713a989d00d31a643c43d',1);
INSERT INTO pipeline_history VALUES('desktop-icons','spg','{"seed":1,"target":"tango"}','5b5783299118219d05f29efd386e0a2a516177a43a0b5686214a61c4125ae6ef',1);
INSERT INTO pipeline_history VALUES('desktop-icons','spg','{"seed":2,"target":"tango"}','580101254596e426e386f69dc562df1ff83a0d3f5df75c8d0cded3d8173f254e',1);
INSERT INTO pipeline_history VALUES('desktop-icons','zero-shot','{"target":"tango"}','c300dbc1a2a95749c1ddac0248d3d9882fb2b7ea5325be98ea4696cca364d272',1);
INSERT INTO pipeline_history VALUES('desktop-icons-map','map','{}','659f5c21f5e99bcf22892ca14ef940f62466cf36cfadca32629d2ae1cdab71a2',1);
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    artifact_id INTEGER NOT NULL REFERENCES artifact (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    file_name TEXT NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    content BLOB NOT NULL,
    UNIQUE (artifact_id, name)
) STRICT;
INSERT INTO file VALUES(1,15,'map','map.svg',X'd4dc56669143034f31aa309635d4113d9ad76a02b1739da22c965ed2049be9e6',X'3c7376672f3e');
CREATE TABLE seen_domain (
    path TEXT NOT NULL,
    dataset TEXT NOT NULL,
    listing BLOB NOT NULL CHECK (length(listing) = 32),
    key TEXT NOT NULL CHECK (length(key) = 64),
    recorded INTEGER, row_sha256 BLOB CHECK (length(row_sha256) = 32),
    PRIMARY KEY (path, dataset)
) STRICT, WITHOUT ROWID;
CREATE TABLE encoder_block (
    encoder_id INTEGER NOT NULL REFERENCES encoder (id) ON DELETE CASCADE,
    block INTEGER NOT NULL,
    first INTEGER NOT NULL,
    width INTEGER NOT NULL CHECK (width > 0),
    PRIMARY KEY (encoder_id, block)
) STRICT, WITHOUT ROWID;
INSERT INTO encoder_block VALUES(1,0,0,2);
INSERT INTO encoder_block VALUES(1,1,4,3);
CREATE TABLE block_statistic (
    id INTEGER PRIMARY KEY,
    encoder_id INTEGER NOT NULL REFERENCES encoder (id),
    view_id INTEGER NOT NULL REFERENCES image_view (id),
    image_id INTEGER NOT NULL REFERENCES image (id),
    numbers BLOB NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    UNIQUE (encoder_id, view_id, image_id)
) STRICT;
INSERT INTO block_statistic VALUES(1,1,1,1,X'204d10520850104c604e004d4049004a704dc052',X'0fc69829a980721c0e51bdf6353b6285c5b9e11a71f265dbf7427ce5c07cfb45');
INSERT INTO block_statistic VALUES(2,1,2,1,X'604eb052a850504da04f404ec04b404cb04e6053',X'a8118902c6a8d0afd24afcf74e904fcf9eaa3444fac1b5b418056eb4894474a3');
INSERT INTO block_statistic VALUES(3,1,1,2,X'4851c0490049d04fe05020536851b04f704f6850',X'74abd25ec349ff227af6c8af397155fcd8a21afa513105134c607dc7e26229ff');
INSERT INTO block_statistic VALUES(4,1,2,2,X'e851204c804b88508051c0530852785058500851',X'2259c94bf41cbe36868199950296bf36026c1dee4ef41bc1ec3b22b81f4a7529');
INSERT INTO block_statistic VALUES(5,1,1,3,X'704d704d6050f0522c54c8502051704d204be853',X'9897c5fce5cc0e86a7e438255ff537f3e5d57f9a8e3d03f88042a6d8be1420bb');
INSERT INTO block_statistic VALUES(6,1,2,3,X'b04eb04e005190537c546851c051b04ed04c4454',X'ec9cc5820ba54e9daf4dbfe9c618d4bddbcc91b9f8ba145addb0d3c66971ceab');
INSERT INTO block_statistic VALUES(7,1,1,4,X'305120495c543853404b004ba04c1054b0538852',X'd6554253f0b71e5b36410c1f0bde8a8d56381bc0f51039514899f3b3327472ef');
INSERT INTO block_statistic VALUES(8,1,2,4,X'd051a04bac54d853e04cc04ce04d605428542853',X'116e4e9976720fa4084ceb9a7e50b5b8f0672e46f14c0d3292a350b31f91d31c');
INSERT INTO block_statistic VALUES(9,1,1,5,X'704d004eb052e051604b1454004b4854504db052',X'22623bf556ce20a425d78cd904840af6a92fa11a3df39f14bbcf5fa54acae903');
INSERT INTO block_statistic VALUES(10,1,2,5,X'b04e404f50538052f04c6454c04c9854904e5053',X'78a422111133471c1aa0d3dfe49e50faa62a5edf0f2cbd0154236bcd83ee3370');
INSERT INTO block_statistic VALUES(11,1,1,6,X'9851404f8052404e004f404f48505851204f4047',X'e9c0242d19fb5585f81958bc1172f06a74d8a743a90f3555f26f873d9f1ee63a');
INSERT INTO block_statistic VALUES(12,1,2,6,X'385240502053804f20504050e850f8513050204a',X'1b8507f80700d9c3743f43114b8a2b78e7989048b1bbc19249b53cdbbd492b71');
CREATE TABLE file_digest (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32)
, row_sha256 BLOB CHECK (length(row_sha256) = 32)) STRICT, WITHOUT ROWID;
CREATE TABLE artifact_digest (
    artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32)
) STRICT;
INSERT INTO artifact_digest VALUES(1,X'e30f00400405d99a6732d3b6b5d25f77432e74bf7e82095522c9e267810b0fe9');
INSERT INTO artifact_digest VALUES(2,X'0ae96f65cf8f74c39658c208a97fce70c131b417110eaccd6e5291e20e24454d');
INSERT INTO artifact_digest VALUES(3,X'e37f08274a79337e9c847808498230a4eb642ad4fde78f9cf07e97faeef2cad7');
INSERT INTO artifact_digest VALUES(4,X'156de0db124a05ec135f67c67da0eac02495ceaed70aa9bfd90f8f6eb81c02b3');
INSERT INTO artifact_digest VALUES(5,X'cc51f586a28dfeb530042f0ba055fb44d9cc308d88116a29bb25347d51ce889e');
INSERT INTO artifact_digest VALUES(6,X'b3ad611a6c8b320560b7254ddd9652cc71de3b19db12d602c2784a998c05bd60');
INSERT INTO artifact_digest VALUES(7,X'9256bc3f0a8aeb8cab5ca3ea3ab2b26dda538091611cff3d6d0ff75d4800283a');
INSERT INTO artifact_digest VALUES(8,X'809f0fdbf1a729f11f7c8dfc7c7974006635f1dda5890e957199179962164b75');
INSERT INTO artifact_digest VALUES(9,X'785227097cc014a1d175836b58103bacfbb851f41463341bc8b607f7d1b789ab');
INSERT INTO artifact_digest VALUES(10,X'799c65d154f945e03e175890f6ace626eef87dbb81fb9c0ed04df29d7315637a');
INSERT INTO artifact_digest VALUES(11,X'73165dcd56257d9ef8b967d788ecb3e2685fd60fcc33c823c44eafeb3030f925');
INSERT INTO artifact_digest VALUES(12,X'ad01010945e5db39de5719a08a2b07e2804407f342acde05c91531a5ea4d8711');
INSERT INTO artifact_digest VALUES(13,X'eb156e9045739c2bddd58af5964b464496d8f535158eb8886ab5f1d673d00641');
INSERT INTO artifact_digest VALUES(14,X'ad63ef38ab54d18a6560da7c66a6d0e5cb430e36ae5bcfe57b1a10e0c1a88e89');
INSERT INTO artifact_digest VALUES(15,X'0d221c08d3cf70ffdf8374f2dcbcb2fe238824b9995d0f695e490aa481ae6af2');
INSERT INTO artifact_digest VALUES(16,X'1308858db1ea4765c297956e3f819cf4754db6fe2002c380c1016ee78684f1e3');
CREATE TABLE request (
    id INTEGER PRIMARY KEY,
    pipeline TEXT NOT NULL,
    file TEXT,
    edits TEXT NOT NULL CHECK (json_valid(edits)),
    plan BLOB NOT NULL CHECK (length(plan) = 32),
    asked TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    UNIQUE (pipeline, edits, plan)
) STRICT;
INSERT INTO request VALUES(1,'desktop-icons',NULL,'[]',X'0000000000000000000000000000000000000000000000000000000000000000','2026-11-30T07:42:44.301Z');
INSERT INTO request VALUES(2,'desktop-icons-map',NULL,'[]',X'0000000000000000000000000000000000000000000000000000000000000000','2026-11-30T07:42:44.301Z');
CREATE TABLE request_key (
    key TEXT NOT NULL CHECK (length(key) = 64),
    request_id INTEGER NOT NULL REFERENCES request (id) ON DELETE CASCADE,
    PRIMARY KEY (key, request_id)
) STRICT, WITHOUT ROWID;
INSERT INTO request_key VALUES('263f0cc794192078e384cd902ccb61119267c113a329441544c0aa59fd5beb80',1);
INSERT INTO request_key VALUES('33f5bbb7b53904cfb67109af8bc7fd396b81d2dd673ce82dffe278ddc8e3bfdf',1);
INSERT INTO request_key VALUES('580101254596e426e386f69dc562df1ff83a0d3f5df75c8d0cded3d8173f254e',1);
INSERT INTO request_key VALUES('58a4cd004c2db6e183ae8764d2b1d4ff8fc837579b06f28407e73c0a0141e824',1);
INSERT INTO request_key VALUES('5b5783299118219d05f29efd386e0a2a516177a43a0b5686214a61c4125ae6ef',1);
INSERT INTO request_key VALUES('b513a08f9a1f2d7bf84c9c30478110696be0336d9b795ca784214b1f0ad8dac7',1);
INSERT INTO request_key VALUES('c300dbc1a2a95749c1ddac0248d3d9882fb2b7ea5325be98ea4696cca364d272',1);
INSERT INTO request_key VALUES('e2ad547eba4b7a4583723633ff29c542ba6e387ecf46b955e1db8110e669eae3',1);
INSERT INTO request_key VALUES('e53111ff3f14ae77b17c096b538565655d02cf52627f3c9e756d29f9a4cd3857',1);
INSERT INTO request_key VALUES('f5b97fb3a43ef4bfe00be209f89e2aab7ae14ada1fbe531a75a982af8adfa28a',1);
INSERT INTO request_key VALUES('f8391b07760a3cd9d1f18e9486eafcb561353dc8b171897abbe4b12b3d10aa07',1);
INSERT INTO request_key VALUES('fb8f80b5e093785caccb73cd70462ce692ffd372f09713a989d00d31a643c43d',1);
INSERT INTO request_key VALUES('659f5c21f5e99bcf22892ca14ef940f62466cf36cfadca32629d2ae1cdab71a2',2);
CREATE INDEX artifact_input_by_input ON artifact_input (input_id);
CREATE INDEX manifest_image_by_image ON manifest_image (image_id);
CREATE INDEX pipeline_instance_by_key ON pipeline_instance (key);
CREATE INDEX embedding_by_image ON embedding (image_id);
CREATE INDEX pipeline_history_by_key ON pipeline_history (key);
CREATE INDEX block_statistic_by_image ON block_statistic (image_id);
CREATE INDEX request_key_by_request ON request_key (request_id);
CREATE INDEX embedding_without_norm ON embedding (encoder_id, view_id, image_id) WHERE norm IS NULL;
CREATE VIEW artifacts AS
    SELECT key, kind, created, seconds, bytes, parameters FROM artifact;
CREATE VIEW artifact_inputs AS
    SELECT artifact.key, artifact_input.role, input.key AS input_key, input.kind AS input_kind
    FROM artifact_input
    JOIN artifact ON artifact.id = artifact_input.artifact_id
    JOIN artifact AS input ON input.id = artifact_input.input_id;
CREATE VIEW lineage AS
    WITH RECURSIVE step (artifact_id, depth, role, input_id) AS (
        SELECT artifact_id, 1, role, input_id FROM artifact_input
        UNION
        SELECT step.artifact_id, step.depth + 1, artifact_input.role, artifact_input.input_id
        FROM step JOIN artifact_input ON artifact_input.artifact_id = step.input_id
    )
    SELECT artifact.key, step.depth, step.role, input.key AS input_key, input.kind AS input_kind,
           input.parameters AS input_parameters
    FROM step
    JOIN artifact ON artifact.id = step.artifact_id
    JOIN artifact AS input ON input.id = step.input_id;
CREATE VIEW metrics AS
    SELECT artifact.key, metric.epoch, metric.name, metric.value
    FROM metric JOIN artifact ON artifact.id = metric.artifact_id;
CREATE VIEW images AS
    SELECT artifact.key AS manifest_key, manifest.dataset, manifest.domain, manifest_class.name AS label,
           manifest_image.path AS image_path, lower(hex(image.sha256)) AS image_sha256,
           manifest.artifact_id IN (SELECT artifact_id FROM latest_manifest) AS is_current
    FROM manifest
    JOIN artifact ON artifact.id = manifest.artifact_id
    JOIN manifest_image ON manifest_image.manifest_id = manifest.artifact_id
    JOIN manifest_class ON manifest_class.manifest_id = manifest_image.manifest_id
        AND manifest_class.label = manifest_image.label
    JOIN image ON image.id = manifest_image.image_id;
CREATE VIEW encoders AS
    SELECT name || '@' || substr(key, 1, 12) AS encoder, key, name, dimension, parameters FROM encoder;
CREATE VIEW latest_manifest AS
    SELECT artifact_id, dataset, domain FROM (
        SELECT artifact_id, dataset, domain,
               row_number() OVER (PARTITION BY dataset, domain ORDER BY recorded DESC) AS age
        FROM manifest WHERE artifact_id IN (SELECT manifest_id FROM embedding_set)
    ) WHERE age = 1;
CREATE VIEW embeddings AS
    SELECT manifest_image.path AS image_path, lower(hex(image.sha256)) AS image_sha256, complete.domain,
           manifest_class.name AS label, encoder.name || '@' || substr(encoder.key, 1, 12) AS encoder,
           image_view.name AS view, encoder.dimension, embedding.vector, complete.dataset, embedding.norm
    FROM (
        SELECT DISTINCT latest_manifest.artifact_id AS manifest_id, latest_manifest.domain, latest_manifest.dataset,
                        embedding_set.encoder_id, embedding_set_view.view_id
        FROM latest_manifest
        JOIN embedding_set ON embedding_set.manifest_id = latest_manifest.artifact_id
        JOIN embedding_set_view ON embedding_set_view.embedding_set_id = embedding_set.artifact_id
    ) AS complete
    JOIN encoder ON encoder.id = complete.encoder_id
    JOIN image_view ON image_view.id = complete.view_id
    JOIN manifest_image ON manifest_image.manifest_id = complete.manifest_id
    JOIN image ON image.id = manifest_image.image_id
    JOIN manifest_class ON manifest_class.manifest_id = manifest_image.manifest_id
        AND manifest_class.label = manifest_image.label
    JOIN embedding ON embedding.encoder_id = complete.encoder_id
        AND embedding.view_id = complete.view_id AND embedding.image_id = manifest_image.image_id;
CREATE VIEW prompts AS
    SELECT artifact.key, prompt.method, prompt.domain, prompt.seed, prompt.context_length, prompt.width,
           prompt.vectors, prompt.validation_accuracy
    FROM prompt JOIN artifact ON artifact.id = prompt.artifact_id;
CREATE VIEW generators AS
    SELECT artifact.key, generator.method, generator.domain, generator.seed, generator.validation_accuracy
    FROM generator JOIN artifact ON artifact.id = generator.artifact_id;
CREATE VIEW tensors AS
    SELECT artifact.key, tensor.name, tensor.shape, tensor.vector
    FROM tensor JOIN artifact ON artifact.id = tensor.artifact_id;
CREATE VIEW predictions AS
    SELECT artifact.key AS evaluation_key, manifest_image.path AS image_path, truth.name AS label,
       predicted.name AS predicted, prediction.probability,
       manifest.dataset, manifest.domain AS target, lower(hex(image.sha256)) AS image_sha256
FROM evaluation
JOIN artifact ON artifact.id = evaluation.artifact_id
JOIN manifest ON manifest.artifact_id = evaluation.manifest_id
JOIN prediction ON prediction.evaluation_id = evaluation.artifact_id
JOIN manifest_image ON manifest_image.manifest_id = evaluation.manifest_id
    AND manifest_image.position = prediction.position
JOIN image ON image.id = manifest_image.image_id
JOIN manifest_class AS truth ON truth.manifest_id = evaluation.manifest_id
    AND truth.label = manifest_image.label
JOIN manifest_class AS predicted ON predicted.manifest_id = evaluation.manifest_id
    AND predicted.label = prediction.predicted;
CREATE VIEW uncertainties AS
    SELECT artifact.key AS evaluation_key, manifest_image.path AS image_path, truth.name AS label,
       predicted.name AS predicted, prediction.probability, prediction.spread,
       manifest.dataset, manifest.domain AS target, lower(hex(image.sha256)) AS image_sha256
FROM evaluation
JOIN artifact ON artifact.id = evaluation.artifact_id
JOIN manifest ON manifest.artifact_id = evaluation.manifest_id
JOIN prediction ON prediction.evaluation_id = evaluation.artifact_id
JOIN manifest_image ON manifest_image.manifest_id = evaluation.manifest_id
    AND manifest_image.position = prediction.position
JOIN image ON image.id = manifest_image.image_id
JOIN manifest_class AS truth ON truth.manifest_id = evaluation.manifest_id
    AND truth.label = manifest_image.label
JOIN manifest_class AS predicted ON predicted.manifest_id = evaluation.manifest_id
    AND predicted.label = prediction.predicted WHERE prediction.spread IS NOT NULL;
CREATE VIEW prediction_pairs AS
    SELECT artifact.key AS evaluation_key, other_artifact.key AS other_key, manifest_image.path AS image_path,
           truth.name AS label, predicted.name AS predicted, other_predicted.name AS other_predicted,
           prediction.probability, other_prediction.probability AS other_probability,
           lower(hex(image.sha256)) AS image_sha256
    FROM evaluation
    JOIN artifact ON artifact.id = evaluation.artifact_id
    JOIN evaluation AS other ON other.manifest_id = evaluation.manifest_id
    JOIN artifact AS other_artifact ON other_artifact.id = other.artifact_id
    JOIN prediction ON prediction.evaluation_id = evaluation.artifact_id
    JOIN prediction AS other_prediction ON other_prediction.evaluation_id = other.artifact_id
        AND other_prediction.position = prediction.position
    JOIN manifest_image ON manifest_image.manifest_id = evaluation.manifest_id
        AND manifest_image.position = prediction.position
    JOIN image ON image.id = manifest_image.image_id
    JOIN manifest_class AS truth ON truth.manifest_id = evaluation.manifest_id
        AND truth.label = manifest_image.label
    JOIN manifest_class AS predicted ON predicted.manifest_id = evaluation.manifest_id
        AND predicted.label = prediction.predicted
    JOIN manifest_class AS other_predicted ON other_predicted.manifest_id = evaluation.manifest_id
        AND other_predicted.label = other_prediction.predicted;
CREATE VIEW confusion AS
    SELECT artifact.key AS evaluation_key, (SELECT name FROM manifest_class WHERE manifest_id = evaluation.manifest_id AND label = manifest_image.label) AS label,
           (SELECT name FROM manifest_class WHERE manifest_id = evaluation.manifest_id AND label = prediction.predicted) AS predicted, count(*) AS images
    FROM evaluation
    JOIN artifact ON artifact.id = evaluation.artifact_id
    JOIN prediction ON prediction.evaluation_id = evaluation.artifact_id
    JOIN manifest_image ON manifest_image.manifest_id = evaluation.manifest_id
        AND manifest_image.position = prediction.position
    GROUP BY artifact.key, manifest_image.label, prediction.predicted;
CREATE VIEW class_accuracies AS
    SELECT artifact.key AS evaluation_key, (SELECT name FROM manifest_class WHERE manifest_id = evaluation.manifest_id AND label = manifest_image.label) AS label, count(*) AS images,
           sum(prediction.predicted = manifest_image.label) AS correct,
           avg(prediction.predicted = manifest_image.label) AS accuracy
    FROM evaluation
    JOIN artifact ON artifact.id = evaluation.artifact_id
    JOIN prediction ON prediction.evaluation_id = evaluation.artifact_id
    JOIN manifest_image ON manifest_image.manifest_id = evaluation.manifest_id
        AND manifest_image.position = prediction.position
    GROUP BY artifact.key, manifest_image.label;
CREATE VIEW calibration AS
    SELECT artifact.key AS evaluation_key,
           min(14, CAST(15 * prediction.probability AS INTEGER)) AS bin,
           count(*) AS images, avg(prediction.probability) AS confidence,
           avg(prediction.predicted = manifest_image.label) AS accuracy
    FROM evaluation
    JOIN artifact ON artifact.id = evaluation.artifact_id
    JOIN prediction ON prediction.evaluation_id = evaluation.artifact_id
    JOIN manifest_image ON manifest_image.manifest_id = evaluation.manifest_id
        AND manifest_image.position = prediction.position
    GROUP BY artifact.key, bin;
CREATE VIEW class_gains AS
    SELECT own.evaluation_key, other.evaluation_key AS other_key, own.label, own.images, own.accuracy,
           other.accuracy AS other_accuracy, own.accuracy - other.accuracy AS gain
    FROM class_accuracies AS own
    JOIN class_accuracies AS other ON other.label = own.label
    JOIN artifact AS own_artifact ON own_artifact.key = own.evaluation_key
    JOIN artifact AS other_artifact ON other_artifact.key = other.evaluation_key
    JOIN evaluation AS own_evaluation ON own_evaluation.artifact_id = own_artifact.id
    JOIN evaluation AS other_evaluation ON other_evaluation.artifact_id = other_artifact.id
        AND other_evaluation.manifest_id = own_evaluation.manifest_id;
CREATE VIEW curves AS
    WITH learned AS MATERIALIZED (
        SELECT artifact.key, artifact.id,
               coalesce((
                   SELECT min(epoch) FROM metric
                   WHERE metric.artifact_id = artifact.id AND metric.name = 'validation accuracy'
                       AND metric.value = coalesce(prompt.validation_accuracy, generator.validation_accuracy)
                       AND coalesce(generator.method, '') <> 'dapl'
                       AND metric.epoch >= coalesce(artifact.parameters ->> '$.earliestEpoch', 1)
               ), (SELECT max(epoch) FROM metric WHERE metric.artifact_id = artifact.id)) AS kept
        FROM artifact
        LEFT JOIN prompt ON prompt.artifact_id = artifact.id
        LEFT JOIN generator ON generator.artifact_id = artifact.id
        WHERE artifact.kind IN ('prompt', 'generator')
    )
    SELECT learned.key, metric.name, metric.epoch, metric.value, metric.epoch = learned.kept AS is_kept
    FROM learned JOIN metric ON metric.artifact_id = learned.id
    WHERE metric.epoch > 0;
CREATE VIEW results AS
    SELECT pipeline_instance.pipeline,
           coalesce(pipeline_instance.title, pipeline_instance.stage, evaluation.method) AS method,
           manifest.domain AS target, coalesce(pipeline_instance.cell ->> '$.seed', evaluation.seed) AS seed,
           evaluation.accuracy, evaluation.images, artifact.key AS evaluation_key,
           coalesce((
               SELECT named.title FROM artifact_input
               JOIN embedding_set ON embedding_set.artifact_id = artifact_input.input_id
                   AND embedding_set.manifest_id = evaluation.manifest_id
               JOIN artifact AS features ON features.id = embedding_set.artifact_id
               JOIN pipeline_instance AS named ON named.key = features.key
                   AND named.pipeline = pipeline_instance.pipeline
               WHERE artifact_input.artifact_id = evaluation.artifact_id AND named.title IS NOT NULL LIMIT 1
           ), manifest.dataset) AS dataset,
           pipeline_instance.pipeline IS NOT NULL AS is_current
    FROM evaluation
    JOIN artifact ON artifact.id = evaluation.artifact_id
    JOIN manifest ON manifest.artifact_id = evaluation.manifest_id
    LEFT JOIN pipeline_instance ON pipeline_instance.key = artifact.key;
CREATE VIEW evaluations AS
    SELECT artifact.key, evaluation.method, manifest.dataset, manifest.domain AS target, evaluation.seed,
           evaluation.accuracy, evaluation.images,
           artifact.key IN (SELECT key FROM pipeline_instance) AS is_current
    FROM evaluation
    JOIN artifact ON artifact.id = evaluation.artifact_id
    JOIN manifest ON manifest.artifact_id = evaluation.manifest_id;
CREATE VIEW pipelines AS
    SELECT pipeline_instance.pipeline, pipeline_instance.stage, pipeline_instance.cell, pipeline_instance.key,
           CASE WHEN artifact.key IS NOT NULL THEN 'done' WHEN failure.key IS NOT NULL THEN 'failed'
                WHEN checkpoint.key IS NOT NULL THEN 'interrupted' ELSE 'missing' END AS state,
           artifact.seconds, failure.message
    FROM pipeline_instance
    LEFT JOIN artifact ON artifact.key = pipeline_instance.key
    LEFT JOIN failure ON failure.key = pipeline_instance.key
    LEFT JOIN checkpoint ON checkpoint.key = pipeline_instance.key;
CREATE VIEW names AS
    SELECT domain AS name, artifact.key, artifact.kind
        FROM latest_manifest JOIN artifact ON artifact.id = latest_manifest.artifact_id
    UNION SELECT dataset || '/' || domain, artifact.key, artifact.kind
        FROM latest_manifest JOIN artifact ON artifact.id = latest_manifest.artifact_id
    UNION SELECT domain, artifact.key, artifact.kind
        FROM latest_manifest
        JOIN embedding_set ON embedding_set.manifest_id = latest_manifest.artifact_id
        JOIN artifact ON artifact.id = embedding_set.artifact_id
    UNION SELECT dataset || '/' || domain, artifact.key, artifact.kind
        FROM latest_manifest
        JOIN embedding_set ON embedding_set.manifest_id = latest_manifest.artifact_id
        JOIN artifact ON artifact.id = embedding_set.artifact_id
    UNION SELECT domain, key, 'prompt' FROM prompts
    UNION SELECT method || '/' || domain, key, 'prompt' FROM prompts
    UNION SELECT method || '/' || domain || '/' || seed, key, 'prompt' FROM prompts WHERE seed IS NOT NULL
    UNION SELECT method || '/' || domain, key, 'generator' FROM generators
    UNION SELECT method || '/' || domain || '/' || seed, key, 'generator' FROM generators WHERE seed IS NOT NULL
    UNION SELECT pipeline || '/' || stage || coalesce(
            (SELECT group_concat('/' || axis.key || '=' || axis.value, '') FROM json_each(cell) AS axis), ''),
            artifact.key, artifact.kind
        FROM pipeline_instance JOIN artifact ON artifact.key = pipeline_instance.key;
CREATE VIEW attempts AS
    SELECT key, started, threads, seconds, processor_seconds, peak_bytes, log FROM attempt;
CREATE VIEW versions AS
    SELECT pipeline, stage, cell, version, key FROM pipeline_history;
CREATE VIEW files AS
    SELECT artifact.key, file.name, file.file_name, length(file.content) AS bytes,
           lower(hex(file.sha256)) AS sha256, file.content
    FROM file JOIN artifact ON artifact.id = file.artifact_id;
CREATE VIEW block_statistics AS
    SELECT manifest_image.path AS image_path, lower(hex(image.sha256)) AS image_sha256, complete.domain,
           manifest_class.name AS label, encoder.name || '@' || substr(encoder.key, 1, 12) AS encoder,
           image_view.name AS view, encoder_block.block, encoder_block.width,
           substr(block_statistic.numbers, 2 * encoder_block.first + 1, 2 * encoder_block.width) AS mean,
           substr(block_statistic.numbers, 2 * (encoder_block.first + encoder_block.width) + 1,
                  2 * encoder_block.width) AS deviation, complete.dataset
    FROM (
        SELECT DISTINCT latest_manifest.artifact_id AS manifest_id, latest_manifest.domain, latest_manifest.dataset,
                        embedding_set.encoder_id, embedding_set_view.view_id
        FROM latest_manifest
        JOIN embedding_set ON embedding_set.manifest_id = latest_manifest.artifact_id AND has_statistics
        JOIN embedding_set_view ON embedding_set_view.embedding_set_id = embedding_set.artifact_id
    ) AS complete
    JOIN encoder ON encoder.id = complete.encoder_id
    JOIN encoder_block ON encoder_block.encoder_id = complete.encoder_id
    JOIN image_view ON image_view.id = complete.view_id
    JOIN manifest_image ON manifest_image.manifest_id = complete.manifest_id
    JOIN image ON image.id = manifest_image.image_id
    JOIN manifest_class ON manifest_class.manifest_id = manifest_image.manifest_id
        AND manifest_class.label = manifest_image.label
    JOIN block_statistic ON block_statistic.encoder_id = complete.encoder_id
        AND block_statistic.view_id = complete.view_id AND block_statistic.image_id = manifest_image.image_id;
COMMIT;
PRAGMA application_id = 1397770081;
PRAGMA user_version = 10;
